import type { Bound, CallHost, Deployment, Operation, Outcome, Reservation } from '@switchyard/core'
import type { NanoUsd, Usage } from '@switchyard/wire'
import { notify, type CallRecord, type Callbacks } from './callbacks.ts'
import { APIError, publicError, type Asked } from './errors.ts'
import type { Knowledge } from './parts.ts'
import type { Room } from './room.ts'

export interface RecordOf {
  readonly callId: string
  readonly operation: Operation
  readonly model: string
  readonly stream: boolean
  readonly callbacks: readonly Callbacks[]
  readonly priceOf: Knowledge['priceOf']
  readonly room?: Room
}

/** The books of one SDK call: nothing is reserved, the attempts are priced, and observers are told once. */
export class Recorder implements CallHost {
  readonly #of: RecordOf
  readonly #startedMs = Date.now()
  #deployment: Deployment | undefined
  #outcome: Outcome | undefined
  #costNano: NanoUsd | undefined
  #streaming = false
  #told = false

  constructor(of: RecordOf) {
    this.#of = of
    const { callId, operation, model, stream } = of
    notify(of.callbacks, (one) => one.onStart?.({ callId, operation, model, stream, startedMs: this.#startedMs }))
  }

  reserve({ deployment }: Bound): Promise<Reservation> {
    this.#deployment = deployment
    this.#of.room?.take(deployment)
    return Promise.resolve({ settle: (outcome: Outcome) => this.#settle(outcome, deployment) })
  }

  hasRoom(deployment: Deployment): boolean {
    return this.#of.room?.has(deployment) ?? true
  }

  /** Who was asked last. */
  get asked(): Asked {
    return { provider: this.#deployment?.provider.id ?? '', model: this.#deployment?.model ?? this.#of.model }
  }

  get costNano(): NanoUsd | undefined {
    return this.#costNano
  }

  /** What such a usage costs there; undefined for a model without a price. */
  costOf({ facts }: Deployment, usage: Usage): NanoUsd | undefined {
    return facts === undefined ? undefined : this.#of.priceOf(facts, usage)
  }

  /** The failure that ended a stream. */
  get failure(): unknown {
    return this.#outcome?.status === 'failure' ? this.#outcome.error : undefined
  }

  /** The reply is a stream from here on: its settlement is the end of the call. */
  streams(): void {
    this.#streaming = true
  }

  succeeded(): void {
    this.#tell(undefined)
  }

  failed(error: unknown): void {
    this.#tell(error)
  }

  #settle(outcome: Outcome, deployment: Deployment): Promise<NanoUsd> {
    this.#outcome = outcome
    this.#of.room?.use(deployment, outcome.usage.input + outcome.usage.output)
    this.#costNano = this.costOf(deployment, outcome.usage)
    if (this.#streaming) this.#tell(outcome.status === 'failure' ? publicError(outcome.error, this.asked) : undefined)
    return Promise.resolve(this.#costNano ?? 0)
  }

  #tell(error: unknown): void {
    if (this.#told) return
    this.#told = true
    const record = this.#record(error)
    notify(this.#of.callbacks, (one) => (error === undefined ? one.onSuccess?.(record) : one.onFailure?.(record)))
  }

  #record(error: unknown): CallRecord {
    const { callId, operation, model, stream } = this.#of
    const outcome = this.#outcome
    return {
      callId,
      operation,
      model,
      stream,
      startedMs: this.#startedMs,
      latencyMs: Date.now() - this.#startedMs,
      ...(this.#deployment === undefined
        ? {}
        : { provider: this.#deployment.provider.id, providerModel: this.#deployment.model }),
      ...(outcome?.firstByteMs === undefined ? {} : { firstByteMs: outcome.firstByteMs }),
      ...(outcome === undefined ? {} : { usage: outcome.usage }),
      ...(this.#costNano === undefined ? {} : { costNano: this.#costNano }),
      ...(outcome?.status === 'cancelled' ? { cancelled: true } : {}),
      ...(error instanceof APIError ? { error } : {}),
    }
  }
}
