import { fail, isGatewayError, makeUsage, noUsage, replay, type Echo, type GatewayError, type Usage } from '@switchyard/wire'
import type { Call, CallHost, CallResult, Engine, Outcome, Reservation } from './call.ts'
import { estimateTokens } from './catalog/index.ts'
import type { Incoming, Outgoing, Provider, TransportOptions } from './contracts.ts'
import type { Deployment } from './deployment.ts'
import { manners } from './dialects.ts'
import { readFailure } from './incoming.ts'
import { inlineMedia } from './inline-media.ts'
import { mockReply } from './mock-reply.ts'
import { outgoingOf } from './outgoing.ts'
import type { Pipe } from './pipe.ts'
import { prepare, type Ask, type Prepared } from './prepare.ts'
import { printerOf } from './printer.ts'
import { RelayPipe } from './relay-pipe.ts'
import type { ModelGroup } from './router/index.ts'
import { drive, readUntilStarted, type StreamEnd } from './stream.ts'
import { TranslatePipe } from './translate-pipe.ts'
import { Watch } from './watch.ts'
import { asStream, readWhole, type Whole } from './whole.ts'

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

type Done = Omit<CallResult, 'fallbacks' | 'attempts' | 'group'>

/** One attempt on one deployment: reserve, sign, send, and read until the reply has begun. Failure is settled, then thrown. */
export async function attempt(asked: AttemptOf): Promise<Done> {
  const of = asked.call.fetchMedia === undefined ? asked : await withMedia(asked)
  const { call, deployment, engine, host, number } = of
  const prepared = prepare(call.ask, deployment, undefined)
  const reservation = await host.reserve({ deployment, attempt: number })
  const final = reservation.maxTokens === undefined ? prepared : prepare(call.ask, deployment, reservation.maxTokens)
  const account = new Account(of, reservation)
  const watch = new Watch({ ...deployment.timeouts, ...call.timeouts }, call.signal)
  engine.health.begin(deployment.id)
  try {
    const incoming = await send(of, final, watch)
    if (incoming.status < 200 || incoming.status >= 300) throw await readFailure(incoming, deployment, final)
    return await receive({ of, prepared: final, incoming, watch, account })
  } catch (cause) {
    const error = watch.reason ?? (isGatewayError(cause) ? cause : unreachable(deployment, cause))
    watch.stop()
    await account.failed(error)
    throw error
  }
}

/** The call with the media in it that this provider would not fetch itself. */
async function withMedia(of: AttemptOf): Promise<AttemptOf> {
  const { call, deployment } = of
  const { provider } = deployment
  const { ask, fetchMedia } = call
  if (fetchMedia === undefined || provider.inlines === undefined || !isTranslated(ask, provider)) return of
  const chat = await inlineMedia(ask.chat(), (url) => provider.inlines?.(url) ?? false, fetchMedia)
  return { ...of, call: { ...call, ask: { ...ask, chat: () => chat } } }
}

const isTranslated = (ask: Ask, { endpoints }: Provider): boolean =>
  ask.operation === 'chat' && endpoints.chat?.some((endpoint) => endpoint.shape === ask.shape) === false

async function send({ call, engine, deployment }: AttemptOf, prepared: Prepared, watch: Watch): Promise<Incoming> {
  const { provider } = deployment
  const outgoing = outgoingOf(call.ask, deployment, prepared, call.forwarded)
  if (provider.prepare !== undefined) await provider.prepare(outgoing, prepared.target, engine.env)
  if (deployment.mockResponse !== undefined) return mockReply(deployment.mockResponse, call.ask, prepared, call.id)
  if (provider.answer !== undefined) return provider.answer(outgoing, prepared.target, watch.signal)
  const connectTimeoutMs = deployment.timeouts.connectMs
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
  const printer = (): ReturnType<typeof printerOf> => printerOf(ask, echoOf(of.call))
  const whole: Whole = await readWhole(incoming, of.deployment, prepared, printer)
  account.firstByte()
  const body = ask.stream ? asStream(whole, prepared, printer()) : whole.bytes
  watch.stop()
  const { also } = of.call
  if (whole.chat !== undefined && also !== undefined) replay(whole.chat, also)
  const usage = whole.usage ?? account.estimate(prepared.bytes.length, whole.characters)
  const costNano = await account.succeeded(usage, whole.providerId)
  return { body, isStream: ask.stream, usage, costNano, ...account.facts(prepared, incoming) }
}

async function receiveStream({ of, prepared, incoming, watch, account }: Receiving): Promise<Done> {
  if (incoming.body === null) throw fail('bad_reply', 'The provider answered a streaming call without a body.')
  const source = incoming.body[Symbol.asyncIterator]()
  const pipe = pipeOf(of, prepared)
  await readUntilStarted({ source, pipe, watch })
  watch.flow()
  account.firstByte()
  const settle = (end: StreamEnd): Promise<void> => account.streamEnded(end, prepared.bytes.length)
  const body = drive({ source, pipe, watch, settle, drains: of.deployment.provider.drains ?? false })
  return { body, isStream: true, ...account.facts(prepared, incoming) }
}

function pipeOf({ call, deployment }: AttemptOf, prepared: Prepared): Pipe {
  const { ask, also } = call
  const from = manners(prepared.endpoint.shape)
  if (prepared.mode === 'relay') return new RelayPipe(from, () => echoOf(call), prepared.hidesUsage)
  const { provider } = deployment
  return new TranslatePipe({
    from,
    writer: printerOf(ask, echoOf(call)).stream,
    undo: prepared.undo,
    ...(provider.mend === undefined ? {} : { mend: (chunk) => provider.mend?.(chunk) ?? chunk }),
    ...(also === undefined ? {} : { also }),
  })
}

const echoOf = (call: Call): Echo => ({
  model: call.ask.model,
  request: call.ask.chat(),
  callId: call.id,
  now: Math.floor(Date.now() / 1000),
})

const unreachable = (deployment: Deployment, cause: unknown): GatewayError =>
  fail(
    'unreachable',
    `The provider of "${deployment.modelName}" could not be reached.`,
    { code: 'upstream_unreachable' },
    { cause },
  )

/** The books of one attempt: what the health of the deployment and the ledger row need. Closed exactly once. */
class Account {
  readonly #of: AttemptOf
  readonly #reservation: Reservation
  readonly #startedMs = Date.now()
  readonly #start = performance.now()
  #firstByteMs: number | undefined

  constructor(of: AttemptOf, reservation: Reservation) {
    this.#of = of
    this.#reservation = reservation
  }

  firstByte(): void {
    this.#firstByteMs = Date.now()
  }

  /** Counted by us, from the size of what was sent and received, when the provider did not say. */
  estimate(requestBytes: number, characters: number): Usage {
    return makeUsage({ input: estimateTokens(requestBytes), output: estimateTokens(characters), estimated: true })
  }

  facts(prepared: Prepared, incoming: Incoming): Pick<Done, 'deployment' | 'mode' | 'losses' | 'upstreamHeaders' | 'upstreamMs'> {
    const upstreamMs = performance.now() - this.#start
    const { mode, losses } = prepared
    return { deployment: this.#of.deployment, mode, losses, upstreamHeaders: incoming.headers, upstreamMs }
  }

  succeeded(usage: Usage, providerId: string | undefined): Promise<number> {
    const { engine, deployment } = this.#of
    engine.health.finish(deployment.id)
    engine.health.succeeded(deployment.id)
    return this.#reservation.settle(this.#outcome({ status: 'success', error: undefined, usage, providerId }))
  }

  /** Nothing reached the client: the attempt costs nothing. */
  async failed(error: GatewayError): Promise<void> {
    this.#finishFailed(error)
    const status = error.kind === 'client_closed' ? 'cancelled' : 'failure'
    await this.#reservation.settle(this.#outcome({ status, error, usage: noUsage, providerId: undefined }))
  }

  /** A stream that broke or was left is charged for what was produced. */
  async streamEnded({ status, error, pipe }: StreamEnd, requestBytes: number): Promise<void> {
    const { engine, deployment } = this.#of
    const usage = (status === 'success' ? pipe.usage : undefined) ?? this.#partial(pipe, requestBytes)
    if (status === 'failure' && error !== undefined) this.#finishFailed(error)
    else {
      engine.health.finish(deployment.id)
      engine.health.succeeded(deployment.id)
    }
    await this.#reservation.settle(this.#outcome({ status, error, usage, providerId: undefined }))
  }

  /** The provider's figures so far, with the output at least as large as what was seen. */
  #partial(pipe: Pipe, requestBytes: number): Usage {
    const estimate = this.estimate(requestBytes, pipe.characters)
    if (pipe.usage === undefined) return estimate
    return makeUsage({ ...pipe.usage, output: Math.max(pipe.usage.output, estimate.output), estimated: true })
  }

  #finishFailed(error: GatewayError): void {
    const { engine, deployment, alone } = this.#of
    engine.health.finish(deployment.id)
    engine.health.failed(deployment, error, engine.settings, alone)
  }

  #outcome(end: Pick<Outcome, 'status' | 'error' | 'usage' | 'providerId'>): Outcome {
    const elapsed = performance.now() - this.#start
    return { ...end, startedMs: this.#startedMs, firstByteMs: this.#firstByteMs, endedMs: Math.round(this.#startedMs + elapsed) }
  }
}
