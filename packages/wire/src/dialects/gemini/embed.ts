import { fail } from '../../errors.ts'
import { arrayOf, isString, numberOf, objectOf, objectsOf, stringOf, type JsonObject } from '../../json.ts'
import { printVector } from '../../vector.ts'
import { modelPath } from './count-tokens.ts'

/** What the reply's writer must know of the call that it answers. */
export interface EmbedCall {
  /** The model name to print. */
  readonly model: string
  /** Tokens of the input by our own count: Google's reply has none. */
  readonly estimatedTokens: number
  readonly base64: boolean
}

/** OpenAI embeddings body → `:batchEmbedContents`, or `:embedContent` with `single` for models without the former. */
export function writeEmbedRequest(body: JsonObject, model: string, single = false): JsonObject {
  const inputs = inputsOf(body.input)
  const settings = settingsOf(body)
  const requests = inputs.map((text) => ({ model: modelPath(model), content: { parts: [{ text }] }, ...settings }))
  const [first] = requests
  if (!single) return { requests }
  if (first === undefined || requests.length > 1) {
    throw fail('bad_request', 'input must be one string: this model embeds one text a call', { param: 'input' })
  }
  return first
}

function inputsOf(input: unknown): readonly string[] {
  const inputs: unknown = isString(input) ? [input] : input
  if (!Array.isArray(inputs) || inputs.length === 0) {
    throw fail('bad_request', 'input must be a string or an array of strings', { param: 'input' })
  }
  return inputs.map((text: unknown, at) => {
    if (isString(text)) return text
    throw fail('bad_request', `input[${at}] must be a string: Gemini does not take token numbers`, { param: 'input' })
  })
}

/** `dimensions`, and Google's own `task_type` and `title` in either spelling. */
function settingsOf(body: JsonObject): JsonObject {
  const { dimensions } = body
  if (dimensions !== undefined && dimensions !== null && !Number.isInteger(dimensions)) {
    throw fail('bad_request', 'dimensions must be an integer', { param: 'dimensions' })
  }
  const taskType = stringOf(body.task_type ?? body.taskType)
  const title = stringOf(body.title)
  return {
    ...(taskType === undefined ? {} : { taskType }),
    ...(title === undefined ? {} : { title }),
    ...(dimensions === undefined || dimensions === null ? {} : { outputDimensionality: dimensions }),
  }
}

/** Gemini reply → OpenAI embeddings reply. */
export function readEmbedReply(body: JsonObject, call: EmbedCall): JsonObject {
  const single = objectOf(body.embedding)
  const embeddings = single === undefined ? objectsOf(body.embeddings) : [single]
  if (embeddings.length === 0) throw fail('bad_reply', 'the provider sent no embeddings; try again')
  const tokens = numberOf(objectOf(body.usageMetadata)?.promptTokenCount) ?? call.estimatedTokens
  return {
    object: 'list',
    data: embeddings.map((embedding, index) => ({ object: 'embedding', index, embedding: valuesOf(embedding, call.base64) })),
    model: call.model,
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  }
}

const valuesOf = (embedding: JsonObject, base64: boolean): readonly number[] | string =>
  printVector(
    arrayOf(embedding.values).map((value) => numberOf(value) ?? 0),
    base64,
  )
