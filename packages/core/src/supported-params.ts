import { isGatewayError, parseJson, objectOf, type JsonObject } from '@switchyard/wire'
import { askOf } from './ask.ts'
import type { Operation, Shape } from './contracts.ts'
import type { Dialects } from './dialects.ts'
import type { Deployment } from './deployment.ts'
import { chatSamples, completionSamples, embeddingSamples, extraChatSamples, transcriptionSamples } from './param-samples.ts'
import type { ParamSample, ParamSamples } from './param-samples.ts'
import { measuredOf } from './operations/index.ts'
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

/** A request as it is probed by a program that was given these dialects. */
interface Asked extends Probed {
  readonly dialects: Dialects
}

/**
 * OpenAI's parameters that reach a deployment's model: each is put into a request, the request is prepared as a call's would
 * be, and the parameter counts when it is neither refused nor left out. What that does not prove, the endpoint's `knows` says.
 * Undefined: the model does not serve such requests.
 */
export function supportedParams(deployment: Deployment, type: RequestType, dialects: Dialects): readonly string[] | undefined {
  for (const probed of probedAs[type]) {
    const asked = { ...probed, dialects }
    const plain = prepared(deployment, asked, {})
    if (plain !== undefined) return takenBy(deployment, asked, plain)
  }
  return undefined
}

function takenBy(deployment: Deployment, asked: Asked, { endpoint, mode }: Prepared): readonly string[] {
  const { samples, extras = {} } = asked
  const { knows = [] } = endpoint
  const takenOf = (of: ParamSamples, usual: Probe['how']): readonly string[] =>
    Object.entries(of).flatMap(([name, sample]) => {
      const how = knows.includes(name) ? isAccepted : usual
      return isTaken({ deployment, asked, name, sample, how }) ? [name] : []
    })
  const reaching = takenOf(samples, reaches)
  const isProven = (name: string): boolean => {
    const { proof, ability } = samples[name] ?? {}
    if (proof === undefined || knows.includes(name)) return true
    if (proof === 'known') return false
    if (mode === 'relay') return reaching.includes('store')
    return proof === 'platform' && (ability === undefined || deployment.facts?.supports.has(ability) === true)
  }
  const unsampled = knows.filter((name) => !(name in samples) && !(name in extras))
  return [...reaching.filter(isProven), ...takenOf(extras, isUnderstood), ...unsampled]
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
  readonly asked: Asked
  readonly name: string
  readonly sample: ParamSample
  readonly how: (attempt: Attempt) => boolean
}

const isTaken = ({ deployment, asked, name, sample, how }: Probe): boolean =>
  besides(sample, deployment).some((beside) => {
    const before = prepared(deployment, asked, beside)
    if (before === undefined) return false
    return sample.values.some((value) => {
      const after = prepared(deployment, asked, { ...beside, [name]: value })
      return after !== undefined && how({ name, value, before, after })
    })
  })

function besides({ beside = {}, idle }: ParamSample, { facts }: Deployment): readonly Readonly<JsonObject>[] {
  const canRest = idle && facts?.supports.has('none_reasoning_effort')
  return canRest ? [beside, { ...beside, reasoning_effort: 'none' }] : [beside]
}

/** Nothing need be sent for what happens anyway. */
const isAccepted = ({ name, after }: Attempt): boolean => !after.losses.some(({ field }) => field === name)

function reaches(attempt: Attempt): boolean {
  const { name, before, after } = attempt
  // Where the URL says it, no field does; and usage may be asked for whether the client wants it or not.
  if (name === 'stream') return true
  if (name === 'stream_options') return isAccepted(attempt)
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
function sentBy({ bytes, contentType = '', urlSuffix = '', besides: said = {} }: Prepared): string {
  const [, boundary] = /boundary=(.+)$/.exec(contentType) ?? []
  const body = latin1.decode(bytes)
  const { headers, later } = said
  const beside = headers === undefined && later === undefined ? '' : JSON.stringify([headers, later])
  return urlSuffix + beside + (boundary === undefined ? body : body.replaceAll(boundary, ''))
}

/** Undefined where the request is refused. */
function prepared(
  deployment: Deployment,
  { operation, shape, body, dialects }: Asked,
  fields: Readonly<JsonObject>,
): Prepared | undefined {
  const { model } = deployment
  const json = { model, ...body, ...fields }
  const read = operation === 'transcription' ? RequestBody.ofForm(json, [silence]) : RequestBody.ofJson(json)
  const of = { operation, measured: measuredOf(operation), shape, path: {}, model, stream: fields['stream'] === true, dialects }
  try {
    return prepare(askOf(read, of, { dropParams: false, strict: false }), { ...deployment, dropParams: false }, undefined)
  } catch (error) {
    if (isGatewayError(error) && (error.kind === 'bad_request' || error.kind === 'unsupported_params')) return undefined
    throw error
  }
}

const silence = { field: 'file', filename: 'silence.wav', contentType: 'audio/wav', bytes: new Uint8Array(44) }
