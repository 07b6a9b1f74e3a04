import { fail, isGatewayError, replay, type Echo, type GatewayError } from '@switchyard/wire'
import { Account } from './account.ts'
import { asEvents } from './as-events.ts'
import type { Call, CallHost, CallResult, Engine } from './call.ts'
import type { Incoming, Outgoing, Provider, TransportOptions } from './contracts.ts'
import type { Deployment } from './deployment.ts'
import { manners, protocolOf } from './dialects.ts'
import { readFailure } from './incoming.ts'
import { inlineMedia } from './inline-media.ts'
import { mockReply } from './mock-reply.ts'
import { outgoingOf } from './outgoing.ts'
import type { Pipe } from './pipe.ts'
import { prepare, type Ask, type Prepared } from './prepare.ts'
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
  const { of, account, ...opened } = await open(asked)
  const { call, deployment } = of
  const watch = new Watch({ ...deployment.timeouts, ...call.timeouts }, call.signal)
  try {
    const { maxTokens } = account
    const prepared = maxTokens === undefined ? opened.prepared : prepare(call.ask, deployment, maxTokens)
    const incoming = await send(of, prepared, watch)
    if (incoming.status < 200 || incoming.status >= 300) throw await readFailure(incoming, deployment, prepared)
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
const mayNeedMedia = ({ call, deployment: { provider } }: AttemptOf): boolean =>
  call.fetchMedia !== undefined && provider.inlines !== undefined && isTranslated(call.ask, provider)

/** The call with the media in it that this provider would not fetch itself. */
async function withMedia(of: AttemptOf): Promise<AttemptOf> {
  const { call, deployment } = of
  const { provider } = deployment
  const { ask, fetchMedia } = call
  if (fetchMedia === undefined) return of
  const chat = await inlineMedia(ask.chat(), (url) => provider.inlines?.(url) ?? false, fetchMedia)
  return { ...of, call: { ...call, ask: { ...ask, chat: () => chat } } }
}

const isTranslated = (ask: Ask, { endpoints }: Provider): boolean =>
  ask.operation === 'chat' && endpoints.chat?.some((endpoint) => endpoint.shape === ask.shape) === false

async function send(of: AttemptOf, prepared: Prepared, watch: Watch): Promise<Incoming> {
  try {
    return await sendSigned(of, prepared, watch)
  } catch (cause) {
    throw isGatewayError(cause) ? cause : unreachable(of.deployment, cause)
  }
}

async function sendSigned({ call, engine, deployment }: AttemptOf, prepared: Prepared, watch: Watch): Promise<Incoming> {
  const { provider } = deployment
  if (deployment.mockResponse !== undefined) return mockReply(deployment.mockResponse, call.ask, prepared, call.id)
  const isOwnDialect = prepared.endpoint.shape === call.ask.shape
  const forwarded = isOwnDialect ? { ...call.forwarded, ...call.dialectHeaders } : call.forwarded
  const outgoing = outgoingOf(call.ask, deployment, prepared, forwarded)
  if (provider.prepare !== undefined) await provider.prepare(outgoing, prepared.target, engine.env)
  if (provider.answer !== undefined) return provider.answer(outgoing, prepared.target, watch.signal)
  const connectTimeoutMs = deployment.timeouts.connectMs
  if (provider.exchange !== undefined) return provider.exchange(outgoing, prepared.target, engine.env, watch.signal)
  const options: TransportOptions = { signal: watch.signal, ...(connectTimeoutMs > 0 ? { connectTimeoutMs } : {}) }
  return engine.transport.send(outgoing satisfies Outgoing, options)
}

interface Receiving {
  readonly of: AttemptOf
  readonly prepared: Prepared
  readonly incoming: Incoming
  readonly watch: Watch
  readonly account: Account
}

function receive(receiving: Receiving): Promise<Done> {
  const { of, incoming } = receiving
  const isJson = (incoming.headers.get('content-type') ?? '').includes('json')
  return of.call.ask.stream && !isJson ? receiveStream(receiving) : receiveWhole(receiving)
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
  const { also } = of.call
  if (whole.chat !== undefined && also !== undefined) replay(whole.chat, also)
  const usage = account.counted(whole.usage, prepared.bytes.length, whole.characters)
  const costNano = await account.succeeded(usage, whole.providerId)
  return { body, isStream: ask.stream, usage, costNano, ...account.facts(prepared, incoming) }
}

async function receiveStream({ of, prepared, incoming, watch, account }: Receiving): Promise<Done> {
  if (incoming.body === null) throw fail('bad_reply', 'The provider answered a streaming call without a body.')
  const source = asEvents(incoming.body, prepared.endpoint.reframer)[Symbol.asyncIterator]()
  const pipe = pipeOf(of, prepared)
  const failWith = pipe.failWith.bind(pipe)
  pipe.failWith = (error) => failWith(errorWithoutSecrets(error, of.deployment))
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
  const { endpoint } = prepared
  if (prepared.mode === 'relay') return new RelayPipe(manners(endpoint.shape), () => echoOf(call), prepared.hidesUsage)
  const { provider } = deployment
  return new TranslatePipe({
    from: protocolOf(endpoint),
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
