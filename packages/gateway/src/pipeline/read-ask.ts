import {
  allDialects,
  askOf,
  destinationFields,
  measuredOf,
  requireFields,
  type Ask,
  type FieldTypes,
  type Measured,
  type Operation,
  type RequestBody,
  type Shape,
} from '@switchyard/core'
import { fail, type RequestPath } from '@switchyard/wire'
import type { Context } from '../http/context.ts'
import { readBody, readForm } from '../http/read-body.ts'

export interface AskOptions {
  readonly operation: Operation
  readonly shape: Shape
  /** Model and streaming wish, where the path has them. */
  readonly path: RequestPath
}

/** Reads the request of an LLM route: body, model, streaming, and nothing more than the plan needs. */
export async function readAsk(context: Context, options: AskOptions): Promise<Ask> {
  const { snapshot, request } = context
  const measured = measuredOf(options.operation)
  const limits = snapshot.config.switchyard
  const body = takesForm(measured, request) ? await readForm(request, limits, measured.types) : await readBody(request, limits)
  return askFrom(context, body, options)
}

/** An ask from a body as it came. */
export function askFrom(context: Context, body: RequestBody, options: AskOptions): Ask {
  const { snapshot } = context
  const measured = measuredOf(options.operation)
  refuseDestinations(context, body)
  if (measured === undefined) checkFields(body, options.shape)
  else checkMeasured(body, measured)
  return makeAsk(body, options, {
    dropParams: snapshot.config.calls.dropParams || body.field('drop_params') === true,
    strict: snapshot.config.switchyard.strictTranslation,
  })
}

function takesForm(measured: Measured | undefined, { headers }: Context['request']): measured is Measured {
  if (measured?.isForm !== 'may-be') return measured?.isForm === true
  return /^multipart\/form-data\b/i.test(headers.get('content-type') ?? '')
}

/** An ask from a checked body, with the model and the streaming wish from wherever they stand. */
export function makeAsk(body: RequestBody, options: AskOptions, policy: Pick<Ask, 'dropParams' | 'strict'>): Ask {
  const { path } = options
  const measured = measuredOf(options.operation)
  return askOf(
    body,
    {
      ...options,
      measured,
      model: path.model ?? readModel(body, measured),
      stream: path.stream ?? readStream(body),
      dialects: allDialects,
    },
    policy,
  )
}

function readModel(body: RequestBody, measured: Measured | undefined): string {
  const model = body.field('model') ?? (measured && body.field(measured.modelField ?? 'model')) ?? measured?.defaultModel
  if (typeof model === 'string' && model !== '') return model
  throw fail(
    'bad_request',
    model === undefined ? 'Missing required parameter: "model".' : '"model" must be a non-empty string.',
    {
      param: 'model',
    },
  )
}

function readStream(body: RequestBody): boolean {
  const stream = body.field('stream')
  if (stream === undefined || stream === null || stream === false) return false
  if (stream === true) return true
  throw fail('bad_request', '"stream" must be true or false.', { param: 'stream' })
}

/** A caller's own address or credential would send the prompt, or our key, elsewhere. */
function refuseDestinations({ snapshot }: Context, body: RequestBody): void {
  if (snapshot.config.server.allowClientSideCredentials) return
  const found = destinationFields.find((name) => body.has(name))
  if (found === undefined) return
  throw fail(
    'bad_request',
    `"${found}" may not be sent by clients of this gateway (general_settings.allow_client_side_credentials).`,
    {
      param: found,
    },
  )
}

/** The types of the top-level fields that decide what a call does and costs: a wrong one is refused before anything is sent. */
const fieldTypes: Readonly<Partial<Record<Shape, FieldTypes>>> = {
  'openai-chat': {
    messages: ['array'],
    max_tokens: ['number'],
    max_completion_tokens: ['number'],
    temperature: ['number'],
    top_p: ['number'],
    n: ['number'],
    stop: ['string', 'array'],
    stream_options: ['object'],
    tools: ['array'],
    tool_choice: ['string', 'object'],
    response_format: ['object'],
    seed: ['number'],
    logprobs: ['boolean'],
    top_logprobs: ['number'],
    user: ['string'],
    frequency_penalty: ['number'],
    presence_penalty: ['number'],
    logit_bias: ['object'],
    parallel_tool_calls: ['boolean'],
    reasoning_effort: ['string', 'object'],
    metadata: ['object'],
    functions: ['array'],
    modalities: ['array'],
    store: ['boolean'],
    function_call: ['string', 'object'],
    audio: ['object'],
    prediction: ['object'],
    service_tier: ['string'],
  },
  'openai-responses': {
    input: ['string', 'array'],
    instructions: ['string', 'array'],
    max_output_tokens: ['number'],
    temperature: ['number'],
    top_p: ['number'],
    tools: ['array'],
    tool_choice: ['string', 'object'],
    text: ['object'],
    reasoning: ['object'],
    previous_response_id: ['string'],
    store: ['boolean'],
    metadata: ['object'],
    include: ['array'],
    parallel_tool_calls: ['boolean'],
    user: ['string'],
    truncation: ['string'],
    service_tier: ['string'],
    background: ['boolean'],
  },
  'anthropic-messages': {
    messages: ['array'],
    system: ['string', 'array'],
    max_tokens: ['number'],
    temperature: ['number'],
    top_p: ['number'],
    top_k: ['number'],
    stop_sequences: ['array'],
    tools: ['array'],
    tool_choice: ['object'],
    thinking: ['object'],
    metadata: ['object'],
    service_tier: ['string'],
  },
  gemini: {
    contents: ['array', 'object'],
    generationConfig: ['object'],
    generation_config: ['object'],
    tools: ['array', 'object'],
    safetySettings: ['array'],
    toolConfig: ['object'],
    systemInstruction: ['object', 'string'],
    cachedContent: ['string'],
  },
  'openai-completions': {
    prompt: ['string', 'array'],
    max_tokens: ['number'],
    temperature: ['number'],
    top_p: ['number'],
    n: ['number'],
    stop: ['string', 'array'],
    stream_options: ['object'],
    logprobs: ['number'],
    echo: ['boolean'],
    best_of: ['number'],
    suffix: ['string'],
    user: ['string'],
  },
  'openai-embeddings': { input: ['string', 'array'], dimensions: ['number'], encoding_format: ['string'], user: ['string'] },
}

const required: Readonly<Partial<Record<Shape, string>>> = {
  'openai-chat': 'messages',
  'anthropic-messages': 'messages',
  gemini: 'contents',
  'openai-completions': 'prompt',
  'openai-embeddings': 'input',
}

/** `isCount`: a request to count tokens, which may say what it counts in another field. */
export function checkFields(body: RequestBody, shape: Shape, isCount = false): void {
  const name = required[shape]
  checkTypes(body, fieldTypes[shape] ?? {}, name)
  if (name !== undefined && !isCount && !body.has(name))
    throw fail('bad_request', `Missing required parameter: "${name}".`, { param: name })
}

function checkMeasured(body: RequestBody, measured: Measured): void {
  checkTypes(body, measured.types, undefined)
  requireFields(measured, { field: (name) => body.field(name), files: body.files ?? [] })
}

function checkTypes(body: RequestBody, types: FieldTypes, mustHave: string | undefined): void {
  for (const { key, kind } of body.scan.fields) {
    const wanted = Object.hasOwn(types, key) ? types[key] : undefined
    if (wanted === undefined || (kind === 'null' && key !== mustHave) || wanted.some((type) => type === kind)) continue
    throw fail(
      'bad_request',
      `"${key}" must be ${wanted.map((type) => (type === 'array' || type === 'object' ? `an ${type}` : `a ${type}`)).join(' or ')}, not ${kind}.`,
      { param: key },
    )
  }
}
