import { makeUsage, noUsage, type GatewayError, type Loss, type Usage } from '@switchyard/wire'
import type { AttemptOf, Done } from './attempt.ts'
import type { Outcome, Reservation } from './call.ts'
import { estimateTokens } from './catalog/index.ts'
import type { Incoming } from './contracts.ts'
import type { Pipe } from './pipe.ts'
import type { Prepared } from './prepare.ts'
import { ledgerTrouble } from './router/index.ts'
import type { StreamEnd } from './stream.ts'

const tolerance = 10
/** Where the catalog names no limit. */
const mostTokens = 10_000_000

type AttemptFacts = Pick<Done, 'deployment' | 'mode' | 'losses' | 'leftOut' | 'upstreamHeaders' | 'upstreamMs'>
type Ending = Pick<Outcome, 'status' | 'error' | 'usage' | 'providerId'>

/** The books of one attempt: what the health of the deployment and the ledger row need. Closed exactly once. */
export class Account {
  readonly #of: AttemptOf
  readonly #reservation: Reservation
  readonly #startedMs = Date.now()
  readonly #start = performance.now()
  #firstByteMs: number | undefined
  #upstreamStatus: number | undefined
  /** It was settled, or that was tried in vain: it must not be settled again. */
  closed = false
  /** Flags of the request that were not sent, because this upstream refuses them. */
  leftOut: readonly string[] = []
  /** Hints of a translated body that were not sent, because this upstream refuses them. */
  fieldsLost: readonly Loss[] = []

  constructor(of: AttemptOf, reservation: Reservation) {
    this.#of = of
    this.#reservation = reservation
  }

  /** Output tokens that are funded, when that is less than what the client may ask for. */
  get maxTokens(): number | undefined {
    return this.#reservation.maxTokens
  }

  /** A canned answer comes from no provider. */
  answered({ status }: Incoming): void {
    if (this.#of.deployment.mockResponse === undefined) this.#upstreamStatus = status
  }

  firstByte(): void {
    this.#firstByteMs = Date.now()
  }

  /** The provider's count; ours, from the size of what was sent and received, where it said nothing or what cannot be. */
  counted(said: Usage | undefined, requestBytes: number, characters: number): Usage {
    return said !== undefined && this.#isPossible(said) ? said : this.#estimate(requestBytes, characters)
  }

  /** Limits in catalogs grow old, so only what is far beyond them is not believed; a call without a token is none. */
  #isPossible({ input, output, units }: Usage): boolean {
    const { maxInput = mostTokens, maxOutput = mostTokens } = this.#of.deployment.facts ?? {}
    const answers = Number(this.#of.call.ask.body.field('n') ?? 1) || 1
    const isSome = input + output > 0 || units !== undefined
    return isSome && input <= maxInput * tolerance && output <= maxOutput * answers * tolerance
  }

  #estimate(requestBytes: number, characters: number): Usage {
    return makeUsage({ input: estimateTokens(requestBytes), output: estimateTokens(characters), estimated: true })
  }

  facts(prepared: Prepared, incoming: Incoming): AttemptFacts {
    const upstreamMs = performance.now() - this.#start
    const { mode } = prepared
    const losses = this.fieldsLost.length === 0 ? prepared.losses : [...prepared.losses, ...this.fieldsLost]
    const { leftOut } = this
    return { deployment: this.#of.deployment, mode, losses, leftOut, upstreamHeaders: incoming.headers, upstreamMs }
  }

  succeeded(usage: Usage, providerId: string | undefined): Promise<number> {
    const { engine, deployment } = this.#of
    engine.health.finish(deployment.id)
    engine.health.succeeded(deployment.id)
    return this.#close({ status: 'success', error: undefined, usage, providerId })
  }

  /** Nothing reached the client: the attempt costs nothing. */
  async failed(error: GatewayError): Promise<void> {
    this.#finishFailed(error)
    const status = error.kind === 'client_closed' ? 'cancelled' : 'failure'
    await this.#close({ status, error, usage: noUsage, providerId: undefined })
  }

  /** A stream that broke or was left is charged for what was produced. */
  async streamEnded({ status, error, pipe }: StreamEnd, requestBytes: number): Promise<void> {
    const { engine, deployment } = this.#of
    const isWhole = status === 'success' || pipe.finished
    const usage = isWhole ? this.counted(pipe.usage, requestBytes, pipe.characters) : this.#partial(pipe, requestBytes)
    if (status === 'failure' && error !== undefined) this.#finishFailed(error)
    else {
      engine.health.finish(deployment.id)
      engine.health.succeeded(deployment.id)
    }
    await this.#close({ status, error, usage, providerId: undefined })
  }

  /** The provider's figures so far, with the output at least as large as what was seen. */
  #partial(pipe: Pipe, requestBytes: number): Usage {
    const estimate = this.#estimate(requestBytes, pipe.characters)
    if (pipe.usage === undefined || !this.#isPossible(pipe.usage)) return estimate
    return makeUsage({ ...pipe.usage, output: Math.max(pipe.usage.output, estimate.output), estimated: true })
  }

  #finishFailed(error: GatewayError): void {
    const { engine, deployment, alone, call } = this.#of
    engine.health.finish(deployment.id)
    // A client that allows a millisecond must not take the deployment away from everybody else.
    const tooHasty = error.kind === 'timeout' && call.timeouts !== undefined
    if (!tooHasty) engine.health.failed(deployment, error, engine.settings, alone)
  }

  async #close(end: Ending): Promise<number> {
    this.closed = true
    try {
      return await this.#reservation.settle(this.#outcome(end))
    } catch (cause) {
      throw ledgerTrouble(cause)
    }
  }

  #outcome(end: Ending): Outcome {
    const elapsed = performance.now() - this.#start
    const endedMs = Math.round(this.#startedMs + elapsed)
    const upstreamStatus = this.#upstreamStatus ?? end.error?.facts.upstreamStatus
    return { ...end, upstreamStatus, startedMs: this.#startedMs, firstByteMs: this.#firstByteMs, endedMs }
  }
}
