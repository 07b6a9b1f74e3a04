import { fail, isGatewayError, replay, type Echo, type GatewayError } from '@switchyard/wire'
import { Account } from './account.ts'
import type { Ask } from './ask.ts'
import { asEvents } from './as-events.ts'
import type { Call, CallHost, CallResult, Engine } from './call.ts'
import type { Incoming, Outgoing, TransportOptions } from './contracts.ts'
import type { Deployment } from './deployment.ts'
import { readFailure } from './incoming.ts'
import { inlineMedia } from './inline-media.ts'
import { isPassedOn, measuredPipe, readMeasured } from './measured-reply.ts'
import { mockReply } from './mock-reply.ts'
import type { Measured } from './operations/index.ts'
import { outgoingOf } from './outgoing.ts'
import type { Pipe } from './pipe.ts'
import { endpointOf, prepare, targetOf, type Prepared } from './prepare.ts'
import { echoFor, printerOf } from './printer.ts'
import { RelayPipe } from './relay-pipe.ts'
import type { ModelGroup } from './router/index.ts'
import { brokenStream, drive, readUntilStarted, type StreamEnd } from './stream.ts'
import { TranslatePipe } from './translate-pipe.ts'
import { Watch } from './watch.ts'
import { asStream, readWhole, type Printer, type Whole } from './whole.ts'
import { errorWithoutSecrets } from './without-secrets.ts'

export interface AttemptOf {
  readonly call: Call
  readonly engine: Engine
  readonly host: CallHost
  readonly deployment: Deployment
  /** Counts from 1 over the whole call. */
  readonly number: number
  readonly group: ModelGroup
  readonly alone: boolean
}

export type Done = Omit<CallResult, 'fallbacks' | 'attempts' | 'group'>

/** One attempt on one deployment: reserve, sign, send, and read until the reply has begun. Failure is settled, then thrown. */
export async function attempt(asked: AttemptOf): Promise<Done> {
  const opened = await open(asked)
  const { of, account } = opened
  const { call, deployment } = of
  const { timeouts } = deployment
  const watch = new Watch(call.timeouts === undefined ? timeouts : { ...timeouts, ...call.timeouts }, call.signal)
  try {
    const { maxTokens } = account
    const prepared = maxTokens === undefined ? opened.prepared : prepare(call.ask, deployment, maxTokens)
    const incoming = await send({ of, prepared, watch, account })
    account.answered(incoming)
    if (incoming.status < 200 || incoming.status >= 300) throw await refusal({ of, prepared, incoming, account })
    return await receive({ of, prepared, incoming, watch, account })
  } catch (cause) {
    const error = watch.reason ?? (isGatewayError(cause) ? errorWithoutSecrets(cause, deployment) : brokenStream(cause))
    // A reply that was not read to its end would keep its connection.
    watch.abort()
    if (account.closed) throw cause
    await account.failed(error)
    throw error
  }
}

interface Opened {
  readonly of: AttemptOf
  readonly prepared: Prepared
  readonly account: Account
}

/** The place on the deployment is taken before anything is waited for, or calls side by side would exceed its `maxParallel`. */
async function open(asked: AttemptOf): Promise<Opened> {
  const { deployment, engine, host, number } = asked
  engine.health.begin(deployment.id)
  try {
    const of = mayNeedMedia(asked) ? await withMedia(asked) : asked
    const prepared = prepare(of.call.ask, deployment, undefined)
    return { of, prepared, account: new Account(of, await host.reserve({ deployment, attempt: number })) }
  } catch (error) {
    engine.health.finish(deployment.id)
    throw error
  }
}

/** Nothing is waited for, and no place can be lost to another call, where nothing is to be fetched. */
const mayNeedMedia = ({ call, deployment }: AttemptOf): boolean =>
  call.fetchMedia !== undefined && deployment.provider.inlines !== undefined && isTranslated(call.ask, deployment)

/** The call with the media in it that this provider would not fetch itself. */
async function withMedia(of: AttemptOf): Promise<AttemptOf> {
  const { call, deployment } = of
  const { provider } = deployment
  const { ask, fetchMedia } = call
  if (fetchMedia === undefined) return of
  const { model } = targetOf(deployment, ask.model)
  const chat = await inlineMedia(ask.chat(), (url) => provider.inlines?.(url, model) ?? false, fetchMedia)
  return { ...of, call: { ...call, ask: { ...ask, chat: () => chat } } }
}

const isTranslated = (ask: Ask, deployment: Deployment): boolean =>
  ask.operation === 'chat' && endpointOf(ask, deployment).shape !== ask.shape

interface Sending {
  readonly of: AttemptOf
  readonly prepared: Prepared
  readonly watch: Watch
  readonly account: Account
}

async function send(sending: Sending): Promise<Incoming> {
  try {
    return await sendSigned(sending)
  } catch (cause) {
    throw isGatewayError(cause) ? cause : unreachable(sending.of.deployment, cause)
  }
}

async function sendSigned({ of, prepared, watch, account }: Sending): Promise<Incoming> {
  const { call, engine, deployment } = of
  const { provider } = deployment
  if (deployment.mockResponse !== undefined) return mockReply(deployment.mockResponse, call.ask, prepared, call.id)
  const outgoing = unsigned(of, prepared)
  account.leftOut = engine.health.flags.leaveOut(outgoing)
  account.fieldsLost = engine.health.fields.leaveOut(outgoing, prepared)
  if (provider.prepare !== undefined) await provider.prepare(outgoing, prepared.target, engine.env)
  if (provider.answer !== undefined) return provider.answer(outgoing, prepared.target, watch.cancel.signal)
  const connectTimeoutMs = deployment.timeouts.connectMs
  const exchanged = provider.exchange?.(outgoing, prepared.target, engine.env, watch.cancel.signal)
  if (exchanged !== undefined) return exchanged
  const options: TransportOptions = { signal: watch.cancel, ...(connectTimeoutMs > 0 ? { connectTimeoutMs } : {}) }
  return engine.transport.send(outgoing satisfies Outgoing, options)
}

/** What the call would send if no flag were known to be refused. */
function unsigned({ call, deployment }: AttemptOf, prepared: Prepared): Outgoing {
  const isOwnDialect = prepared.endpoint.shape === call.ask.shape
  const forwarded = isOwnDialect ? { ...call.forwarded, ...call.dialectHeaders } : call.forwarded
  return outgoingOf(call.ask, deployment, prepared, forwarded)
}

async function refusal({ of, prepared, incoming, account }: Omit<Receiving, 'watch'>): Promise<GatewayError> {
  const error = await readFailure(incoming, of.deployment, prepared)
  const { flags, fields } = of.engine.health
  const outgoing = unsigned(of, prepared)
  return fields.learn(outgoing, prepared, of.call.ask, flags.learn(outgoing, error, account.leftOut))
}

interface Receiving {
  readonly of: AttemptOf
  readonly prepared: Prepared
  readonly incoming: Incoming
  readonly watch: Watch
  readonly account: Account
}

/** `application/json`, `application/problem+json`; not the types of streams of JSON (`x-ndjson`, `stream+json`). */
const isOneJson = /[/+]json\b(?<!\bstream\+json)/

function receive(receiving: Receiving): Promise<Done> {
  const { of, incoming, prepared } = receiving
  if (prepared.measured !== undefined) return receiveMeasured(receiving, prepared.measured)
  const isWhole = isOneJson.test(incoming.headers.get('content-type') ?? '')
  return of.call.ask.stream && !isWhole ? receiveStream(receiving) : receiveWhole(receiving)
}

async function receiveWhole({ of, prepared, incoming, watch, account }: Receiving): Promise<Done> {
  const { ask } = of.call
  const printer = (said = ''): Printer => {
    const echo = echoOf(of.call)
    return printerOf(ask, prepared.mode === 'relay' && said !== '' ? { ...echo, model: said } : echo)
  }
  const whole: Whole = await readWhole(incoming, of.deployment, prepared, printer)
  account.firstByte()
  const body = ask.stream ? asStream(whole, prepared, printer) : whole.bytes
  watch.stop()
  const { also, keep } = of.call
  if (whole.chat !== undefined && also !== undefined) replay(whole.chat, also)
  if (keep !== undefined && body instanceof Uint8Array) await keep(body)
  const usage = account.counted(whole.usage, prepared.bytes.length, whole.characters)
  const costNano = await account.succeeded(usage, whole.providerId)
  return { body, isStream: ask.stream, usage, costNano, ...account.facts(prepared, incoming) }
}

async function receiveMeasured(receiving: Receiving, measured: Measured): Promise<Done> {
  const { of, prepared, incoming, watch, account } = receiving
  const { ask } = of.call
  if (isPassedOn(ask, measured, incoming)) {
    const contentType = incoming.headers.get('content-type') ?? 'application/octet-stream'
    return { ...(await receiveStream(receiving, measuredPipe(ask, measured, incoming))), contentType }
  }
  const { bytes, usage: said, providerId, contentType } = await readMeasured(incoming, ask, prepared, measured)
  account.firstByte()
  watch.stop()
  if (of.call.keep !== undefined) await of.call.keep(bytes)
  const usage = account.counted(said, prepared.bytes.length, 0)
  const costNano = await account.succeeded(usage, providerId)
  const type = contentType === undefined ? {} : { contentType }
  return { body: bytes, isStream: false, ...type, usage, costNano, ...account.facts(prepared, incoming) }
}

async function receiveStream(
  { of, prepared, incoming, watch, account }: Receiving,
  pipe: Pipe = pipeOf(of, prepared),
): Promise<Done> {
  if (incoming.body === null) throw fail('bad_reply', 'The provider answered a streaming call without a body.')
  const source = asEvents(incoming.body, prepared.endpoint.reframer)[Symbol.asyncIterator]()
  const failWith = pipe.failWith.bind(pipe)
  pipe.failWith = (error) => {
    const shown = errorWithoutSecrets(error, of.deployment)
    return failWith(of.host.toldAs?.(shown) ?? shown)
  }
  await readUntilStarted({ source, pipe })
  watch.flow()
  account.firstByte()
  const settle = (end: StreamEnd): Promise<void> => account.streamEnded(end, prepared.bytes.length)
  const drains = of.deployment.provider.drains ?? false
  const body = drive({ source, pipe, watch, client: of.call.signal, settle, drains })
  return { body, isStream: true, ...account.facts(prepared, incoming) }
}

function pipeOf({ call, deployment }: AttemptOf, prepared: Prepared): Pipe {
  const { ask, also } = call
  if (prepared.mode === 'relay') return new RelayPipe(prepared.client, () => echoOf(call), prepared.hidesUsage)
  const { provider } = deployment
  return new TranslatePipe({
    from: prepared.protocol,
    writer: printerOf(ask, echoOf(call)).stream,
    undo: prepared.undo,
    ...(provider.mend === undefined ? {} : { mend: (chunk) => provider.mend?.(chunk) ?? chunk }),
    ...(also === undefined ? {} : { also }),
  })
}

const echoOf = ({ ask, id }: Call): Echo => echoFor(ask, id)

const unreachable = (deployment: Deployment, cause: unknown): GatewayError =>
  fail(
    'unreachable',
    `The provider of "${deployment.modelName}" could not be reached.`,
    { code: 'upstream_unreachable' },
    { cause },
  )
