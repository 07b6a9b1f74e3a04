import {
  askOf,
  RequestBody,
  runCall,
  type Ask,
  type CallResult,
  type Deployment,
  type Dialects,
  type Engine,
  type Measured,
  type Mode,
  type Operation,
  type Shape,
} from '@switchyard/core'
import { isGatewayError, isObject, parseJson, type JsonObject } from '@switchyard/wire'
import type { Callbacks } from './callbacks.ts'
import { canonical } from './canonical.ts'
import { BinaryReply } from './binary-reply.ts'
import { ChunkCompleter } from './chunk-completer.ts'
import { ChunkStream, type Frame } from './chunk-stream.ts'
import { publicError } from './errors.ts'
import { formOf, isFileInput } from './form-files.ts'
import { Recorder } from './recorder.ts'
import { joinFrames } from './join-frames.ts'
import type { Knowledge } from './parts.ts'
import type { Room } from './room.ts'
import { SaidModel } from './said-model.ts'
import { some } from './steering.ts'
import type { CallInfo } from './types.ts'

/** A call that has been planned: everything but the clock. */
export interface Planned {
  readonly operation: Operation
  /** Of an operation besides chat. */
  readonly measured?: Measured
  readonly shape: Shape
  /** As the caller wrote it, for observers. */
  readonly model: string
  /** The name that the engine finds and that replies print. */
  readonly route: string
  readonly body: JsonObject
  readonly dialects: Dialects
  readonly priceOf: Knowledge['priceOf']
  readonly engine: Engine
  readonly callbacks: readonly Callbacks[]
  readonly dropParams: boolean
  readonly retries?: number
  readonly timeouts?: { readonly totalMs?: number; readonly firstByteMs?: number }
  readonly fallbacks: readonly string[]
  readonly signal?: AbortSignal
  /** The caller's headers for the provider, lower-case. */
  readonly forwarded?: Readonly<Record<string, string>>
  readonly room?: Room
}

export type Answer = JsonObject | ChunkStream<JsonObject, JsonObject> | BinaryReply

/** Runs a call. Answers the parsed reply, a stream of parsed events, or bytes; throws the errors of errors.ts. */
export async function run(plan: () => Promise<Planned>): Promise<Answer> {
  let recorder: Recorder | undefined
  let planned: Planned | undefined
  try {
    planned = await plan()
    planned.signal?.throwIfAborted()
    const callId = crypto.randomUUID()
    const { operation, model, callbacks, priceOf, room } = planned
    const stream = planned.body['stream'] === true
    recorder = new Recorder({ callId, operation, model, stream, callbacks, priceOf, ...some('room', room) })
    return await execute({ planned, recorder, callId, stream })
  } catch (cause) {
    const error =
      isAbort(cause) && planned?.signal?.aborted ? planned.signal.reason : publicError(cause, recorder?.asked ?? nobody)
    recorder?.failed(error)
    throw error
  }
}

const nobody = { provider: '', model: '' }
const isAbort = (cause: unknown): boolean => isGatewayError(cause) && cause.kind === 'client_closed'

interface Execution {
  readonly planned: Planned
  readonly recorder: Recorder
  readonly callId: string
  readonly stream: boolean
}

async function execute({ planned, recorder, callId, stream }: Execution): Promise<Answer> {
  const { retries, timeouts, fallbacks, engine } = planned
  const controller = new AbortController()
  const signal = planned.signal === undefined ? controller.signal : AbortSignal.any([planned.signal, controller.signal])
  const ask = askFor(planned, await bodyOf(planned), stream)
  const said = new SaidModel()
  const call = {
    id: callId,
    ask,
    signal,
    forwarded: planned.forwarded ?? {},
    fallbacks,
    also: said,
    ...some('retries', retries),
    ...some('timeouts', timeouts),
  }
  const result = await runCall(call, engine, recorder)
  const info = (): CallInfo => infoOf(result, callId, recorder.costNano)
  const { measured } = planned
  if (result.isStream) recorder.streams()
  if (measured?.replyKind({ field: (name) => ask.body.field(name), files: [] }) === 'bytes') {
    if (!result.isStream) recorder.succeeded()
    const contentType = result.contentType ?? 'application/octet-stream'
    return new BinaryReply({ contentType, info, source: typedErrors(ended(result.body, planned.signal), recorder) })
  }
  if (result.isStream) {
    return streamOf({ result, recorder, ask, info, abort: () => controller.abort(), ...some('signal', planned.signal) })
  }
  const reply = readWhole({ result, said, ask, callId })
  recorder.succeeded()
  return withInfo(reply, info())
}

/** Files are read before anything is sent. */
async function bodyOf({ measured, body }: Planned): Promise<RequestBody> {
  const isForm = measured?.isForm === 'may-be' ? Object.values(body).some(isFileInput) : measured?.isForm
  return measured !== undefined && isForm === true ? formOf(body, measured.requires) : RequestBody.ofJson(body)
}

function askFor(
  { operation, measured, shape, route, dialects, dropParams, callbacks }: Planned,
  body: RequestBody,
  stream: boolean,
): Ask {
  const of = { operation, measured, shape, path: {}, model: route, stream, dialects }
  return askOf(body, of, { dropParams, strict: false, unmetered: callbacks.length === 0 })
}

const decoder = new TextDecoder()

interface WholeOf {
  readonly result: CallResult
  readonly said: SaidModel
  readonly ask: Ask
  readonly callId: string
}

function readWhole({ result, said, ask, callId }: WholeOf): JsonObject {
  const { body, deployment, mode, contentType } = result
  if (contentType !== undefined && body instanceof Uint8Array) return { text: decoder.decode(body) }
  const json = body instanceof Uint8Array ? parseJson(decoder.decode(body)) : undefined
  if (!isObject(json)) throw new TypeError('the core answered something that is not a JSON object')
  return mode === 'translate' ? said.inReply(json) : canonical(mended(json, mode, deployment), ask.shape, callId)
}

/** Relayed bytes are as the provider sent them; here they are parsed anyway, so its deviations are mended as in a translation. */
const mended = (json: JsonObject, mode: Mode, { provider }: Deployment): JsonObject =>
  mode === 'relay' ? (provider.mend?.(json) ?? json) : json

interface StreamOf {
  readonly result: CallResult
  readonly recorder: Recorder
  readonly ask: Ask
  readonly info: () => CallInfo
  readonly abort: () => void
  readonly signal?: AbortSignal
}

function streamOf({ result, recorder, ask, info, abort, signal }: StreamOf): ChunkStream<JsonObject, JsonObject> {
  const { body, mode, deployment } = result
  const completer = new ChunkCompleter({
    ask,
    ...(mode === 'relay' ? { model: deployment.model } : {}),
    costOf: (usage) => recorder.costOf(deployment, usage),
  })
  const read = ({ data }: Frame): JsonObject | undefined => {
    const { failure } = recorder
    if (failure !== undefined) throw publicError(failure, recorder.asked)
    if (data === '[DONE]') return undefined
    const json = parseJson(data)
    if (!isObject(json)) return undefined
    return completer.complete(mode === 'translate' ? json : canonical(mended(json, mode, deployment), ask.shape, ''))
  }
  const join = (frames: readonly Frame[]): JsonObject => withInfo(joinFrames(frames, ask, info().callId), info())
  return new ChunkStream({ source: ended(body, signal), read, join, abort })
}

/** What breaks a stream of bytes, as the errors of errors.ts. */
async function* typedErrors(source: AsyncIterable<Uint8Array>, recorder: Recorder): AsyncGenerator<Uint8Array, void, void> {
  try {
    yield* source
  } catch (cause) {
    throw publicError(cause, recorder.asked)
  }
}

/** The stream's bytes; the caller's own abort is thrown, so that a cut reply does not pass for a whole one. */
async function* ended(body: CallResult['body'], signal: AbortSignal | undefined): AsyncGenerator<Uint8Array, void, void> {
  if (body instanceof Uint8Array) yield body
  else yield* body
  signal?.throwIfAborted()
}

const withInfo = (reply: JsonObject, info: CallInfo): JsonObject =>
  Object.defineProperty(reply, '_info', { value: info, enumerable: false })

const infoOf = (
  { deployment, attempts, fallbacks, upstreamHeaders }: CallResult,
  callId: string,
  costNano: number | undefined,
): CallInfo => ({
  callId,
  provider: deployment.provider.id,
  model: deployment.model,
  ...(costNano === undefined ? {} : { responseCost: costNano / 1e9 }),
  attempts,
  fallbacks,
  headers: Object.fromEntries(upstreamHeaders),
})
