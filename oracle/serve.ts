import { isObject, objectOf, stringOf, type JsonObject } from '@switchyard/wire'
import {
  BinaryReply,
  ChunkStream,
  completionCost,
  modelInfo,
  resolveProvider,
  supportedParams,
  supports,
  type Switchyard,
} from 'switchyard'

/** What a call gave: a reply, or the chunks of a stream. */
export interface Served {
  readonly result?: unknown
  readonly chunks?: unknown[]
  readonly bytes?: Uint8Array
}

type Serve = (sdk: Switchyard, input: JsonObject, expected: JsonObject) => Promise<unknown>

// Records are JSON, and the SDK reads its options strictly itself.
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see above
const options = (input: JsonObject): never => input as never

const operations: Readonly<Record<string, Serve>> = {
  chat: (sdk, input) => sdk.completion(options(input)),
  text_completion: (sdk, input) => sdk.textCompletion(options(input)),
  embedding: (sdk, input) => sdk.embedding(options(input)),
  responses: (sdk, input) => sdk.responses(options(input)),
  messages: (sdk, input) => sdk.anthropicMessages(options(input)),
  image_generation: (sdk, input) => sdk.imageGeneration(options(input)),
  image_edit: (sdk, input) => sdk.imageEdit(options(withFiles(input))),
  image_variation: (sdk, input) => sdk.imageVariation(options(withFiles(input))),
  transcription: (sdk, input) => sdk.transcription(options(withFiles(input))),
  speech: (sdk, input) => sdk.speech(options(input)),
  moderation: (sdk, input) => sdk.moderation(options(input)),
  rerank: (sdk, input) => sdk.rerank(options(input)),
  cost: (_sdk, input) => costOf(input),
  model_info: (_sdk, input) => modelInfo(options(input)),
  supported_params: (_sdk, input) => supportedParams(options(input)),
  supports: (_sdk, input, expected) => supported(input, expected),
  resolve_provider: (_sdk, input) => resolveProvider(options(input)),
}

export const isServed = (operation: string): boolean => Object.hasOwn(operations, operation)

/** Runs one recorded call. Chunks are kept even when the stream breaks: `into` has what came before the error. */
export async function serve(
  sdk: Switchyard,
  golden: { operation: string; input: JsonObject; json: JsonObject },
  into: { served: Served },
): Promise<void> {
  const run = operations[golden.operation]
  if (run === undefined) throw new Error(`${golden.operation} is not served`)
  const answer = await run(sdk, golden.input, objectOf(golden.json['expected_result']) ?? {})
  if (answer instanceof BinaryReply) {
    into.served = { bytes: await answer.bytes() }
    return
  }
  if (!(answer instanceof ChunkStream)) {
    into.served = { result: answer }
    return
  }
  const chunks: unknown[] = []
  into.served = { chunks }
  for await (const chunk of answer) chunks.push(golden.operation === 'messages' ? { event: eventOf(chunk), data: chunk } : chunk)
}

/** `{"$file": {filename, base64, content_type}}` stands for an upload. */
const withFiles = (input: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(input).map(([name, value]) => [name, Array.isArray(value) ? value.map(fileOrValue) : fileOrValue(value)]),
  )

function fileOrValue(value: unknown): unknown {
  const file = isObject(value) ? objectOf(value['$file']) : undefined
  if (file === undefined) return value
  const bytes = Buffer.from(stringOf(file['base64']) ?? '', 'base64')
  return { filename: file['filename'], contentType: file['content_type'], bytes }
}

const eventOf = (chunk: unknown): string | undefined => (isObject(chunk) ? stringOf(chunk['type']) : undefined)

const outputParts: ReadonlySet<string> = new Set(['output', 'reasoning', 'outputAudio', 'outputImage'])

/** The reference answers prompt and completion separately, or one sum for a whole reply. */
async function costOf(input: JsonObject): Promise<JsonObject> {
  const { mode: _mode, response, ...rest } = input
  const cost = await completionCost(options(response === undefined ? rest : { ...rest, completionResponse: response }))
  if (response !== undefined) return { cost: cost.cost }
  let completion = 0
  for (const [part, usd] of Object.entries(cost.parts)) if (outputParts.has(part)) completion += usd
  return { prompt_cost: cost.cost - completion, completion_cost: completion }
}

async function supported(input: JsonObject, expected: JsonObject): Promise<JsonObject> {
  const words = Object.keys(expected)
  const found = await Promise.all(words.map((word) => supports(options(input), word.replace(/^supports_/, ''))))
  return Object.fromEntries(words.map((word, index) => [word, found[index]]))
}
