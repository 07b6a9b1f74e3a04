import { isGatewayError, parseJson, objectOf, type JsonObject } from '@switchyard/wire'
import { askOf } from './ask.ts'
import type { Operation, Shape } from './contracts.ts'
import type { Deployment } from './deployment.ts'
import { chatSamples, completionSamples, embeddingSamples, extraChatSamples, transcriptionSamples } from './param-samples.ts'
import type { ParamSample, ParamSamples } from './param-samples.ts'
import { prepare, type Prepared } from './prepare.ts'
import { RequestBody } from './request-body.ts'

/** What is asked of a model, in LiteLLM's words. */
export const requestTypes = ['chat_completion', 'embeddings', 'transcription'] as const
export type RequestType = (typeof requestTypes)[number]

/** A request as it is probed. */
interface Probed {
  readonly operation: Operation
  readonly shape: Shape
  readonly body: Readonly<JsonObject>
  readonly samples: ParamSamples
  /** Of other providers: a relay carries them whoever understands them, so there they count only where they are changed. */
  readonly extras?: ParamSamples
}

const prompted: Probed = {
  operation: 'completion',
  shape: 'openai-completions',
  body: { prompt: 'Hello' },
  samples: completionSamples,
}

/** Those tried in turn. What only completes texts is asked as such. */
const probedAs: Readonly<Record<RequestType, readonly Probed[]>> = {
  chat_completion: [
    {
      operation: 'chat',
      shape: 'openai-chat',
      body: { messages: [{ role: 'user', content: 'Hello' }] },
      samples: chatSamples,
      extras: extraChatSamples,
    },
    prompted,
  ],
  embeddings: [{ operation: 'embedding', shape: 'openai-embeddings', body: { input: 'Hello' }, samples: embeddingSamples }],
  transcription: [{ operation: 'transcription', shape: 'openai-transcriptions', body: {}, samples: transcriptionSamples }],
}

/**
 * OpenAI's parameters that reach a deployment's model: each is put into a request, the request is prepared as a call's would
 * be, and the parameter counts when it is neither refused nor left out. Undefined: the model does not serve such requests.
 */
export function supportedParams(deployment: Deployment, type: RequestType): readonly string[] | undefined {
  for (const probed of probedAs[type]) {
    if (prepared(deployment, probed, {}) === undefined) continue
    const takenOf = (samples: ParamSamples, how: typeof reaches): readonly string[] =>
      Object.entries(samples).flatMap(([name, sample]) => (isTaken({ deployment, probed, name, sample, how }) ? [name] : []))
    return [...takenOf(probed.samples, reaches), ...takenOf(probed.extras ?? {}, isUnderstood)]
  }
  return undefined
}

interface Attempt {
  readonly name: string
  readonly value: unknown
  /** The request without the parameter, and with it. */
  readonly before: Prepared
  readonly after: Prepared
}

interface Probe {
  readonly deployment: Deployment
  readonly probed: Probed
  readonly name: string
  readonly sample: ParamSample
  readonly how: (attempt: Attempt) => boolean
}

const isTaken = ({ deployment, probed, name, sample, how }: Probe): boolean =>
  besides(sample, deployment).some((beside) => {
    const before = prepared(deployment, probed, beside)
    if (before === undefined) return false
    return sample.values.some((value) => {
      const after = prepared(deployment, probed, { ...beside, [name]: value })
      return after !== undefined && how({ name, value, before, after })
    })
  })

function besides({ beside = {}, idle }: ParamSample, { facts }: Deployment): readonly Readonly<JsonObject>[] {
  const canRest = idle && facts?.supports.has('none_reasoning_effort')
  return canRest ? [beside, { ...beside, reasoning_effort: 'none' }] : [beside]
}

function reaches({ name, before, after }: Attempt): boolean {
  // Where the URL says it, no field does; and usage may be asked for whether the client wants it or not.
  if (name === 'stream') return true
  if (name === 'stream_options') return !after.losses.some(({ field }) => field === name)
  return sentBy(after) !== sentBy(before)
}

function isUnderstood(attempt: Attempt): boolean {
  const { name, value, after } = attempt
  if (!reaches(attempt)) return false
  const sent = after.mode === 'relay' ? objectOf(parseJson(sentBy(after)))?.[name] : undefined
  return JSON.stringify(sent) !== JSON.stringify(value)
}

const latin1 = new TextDecoder('latin1')

/** The request without the random boundary of its form. */
function sentBy({ bytes, contentType = '', urlSuffix = '' }: Prepared): string {
  const [, boundary] = /boundary=(.+)$/.exec(contentType) ?? []
  const body = latin1.decode(bytes)
  return urlSuffix + (boundary === undefined ? body : body.replaceAll(boundary, ''))
}

/** Undefined where the request is refused. */
function prepared(
  deployment: Deployment,
  { operation, shape, body }: Probed,
  fields: Readonly<JsonObject>,
): Prepared | undefined {
  const { model } = deployment
  const json = { model, ...body, ...fields }
  const read = operation === 'transcription' ? RequestBody.ofForm(json, [silence]) : RequestBody.ofJson(json)
  const of = { operation, shape, path: {}, model, stream: fields['stream'] === true }
  try {
    return prepare(askOf(read, of, { dropParams: false, strict: false }), { ...deployment, dropParams: false }, undefined)
  } catch (error) {
    if (isGatewayError(error) && (error.kind === 'bad_request' || error.kind === 'unsupported_params')) return undefined
    throw error
  }
}

const silence = { field: 'file', filename: 'silence.wav', contentType: 'audio/wav', bytes: new Uint8Array(44) }
