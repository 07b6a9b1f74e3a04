import type { GatewayError } from '@switchyard/wire'
import type { Deployment } from '../deployment.ts'
import { RefusedFields } from './refused-fields.ts'
import { RefusedFlags, type Refusal } from './refused-flags.ts'
import { isOurTrouble } from './retry.ts'
import { RetryBudget } from './retry-budget.ts'
import type { RouterSettings } from './settings.ts'

interface Record60 {
  minute: number
  ok: number
  failed: number
  coolUntil: number
  inFlight: number
}

/** LiteLLM's default rule (facts §9.5): this share of at least this many calls in a minute. */
const failureShare = 0.5
const failureFloor = 5

/** What this process has seen of each deployment: failures of the minute, cooldowns, calls in flight. */
export class Health {
  readonly #records = new Map<string, Record60>()
  readonly #now: () => number
  readonly retries: RetryBudget
  readonly flags: RefusedFlags
  readonly fields: RefusedFields

  /** `now`: milliseconds of a clock that does not jump. `tell`: hears of every flag and field that an upstream refuses. */
  constructor(now: () => number = () => performance.now(), tell: (refusal: Refusal) => void = () => undefined) {
    this.#now = now
    this.retries = new RetryBudget(now)
    this.flags = new RefusedFlags(now, tell)
    this.fields = new RefusedFields(now, tell)
  }

  isCooling(id: string): boolean {
    const record = this.#records.get(id)
    return record !== undefined && record.coolUntil > this.#now()
  }

  /** Milliseconds until the first of these deployments may be tried again. */
  coolsFor(ids: readonly string[]): number {
    const now = this.#now()
    const ends = ids.map((id) => Math.max(0, (this.#records.get(id)?.coolUntil ?? 0) - now))
    return ends.length === 0 ? 0 : Math.min(...ends)
  }

  inFlight(id: string): number {
    return this.#records.get(id)?.inFlight ?? 0
  }

  begin(id: string): void {
    this.#record(id).inFlight++
  }

  finish(id: string): void {
    const record = this.#record(id)
    record.inFlight = Math.max(0, record.inFlight - 1)
  }

  succeeded(id: string): void {
    this.#record(id).ok++
  }

  /** Counts a failure and decides whether the deployment rests. `alone`: the group has no other deployment. */
  failed(deployment: Deployment, error: GatewayError, settings: RouterSettings, alone: boolean): void {
    if (!countsAgainstDeployment(error)) return
    const record = this.#record(deployment.id)
    record.failed++
    const ms = error.facts.retryAfterMs ?? deployment.cooldownMs ?? settings.cooldownMs
    if (settings.disableCooldowns || ms <= 0 || !this.#mustCool(record, error, settings, alone)) return
    record.coolUntil = Math.max(record.coolUntil, this.#now() + Math.min(ms, maxCooldownMs))
  }

  #mustCool(record: Record60, error: GatewayError, settings: RouterSettings, alone: boolean): boolean {
    const allowed = settings.allowedFailsPolicy[error.kind] ?? settings.allowedFails
    if (allowed !== undefined) return record.failed > allowed
    if (alone) return false
    if (error.kind === 'rate_limited' || error.kind === 'auth' || error.kind === 'not_found') return true
    const calls = record.ok + record.failed
    return calls >= failureFloor && record.failed / calls > failureShare
  }

  #record(id: string): Record60 {
    const minute = Math.floor(this.#now() / 60_000)
    let record = this.#records.get(id)
    if (record === undefined) {
      if (this.#records.size >= maxRecords) this.#forgetIdle()
      this.#records.set(id, (record = { minute, ok: 0, failed: 0, coolUntil: 0, inFlight: 0 }))
    }
    if (record.minute !== minute) {
      record.minute = minute
      record.ok = record.failed = 0
    }
    return record
  }

  #forgetIdle(): void {
    for (const [id, record] of this.#records)
      if (record.inFlight === 0 && record.coolUntil <= this.#now()) this.#records.delete(id)
  }
}

/** A provider that asks for longer is asked again after this (reliability facts U13). */
const maxCooldownMs = 60_000
/** Wildcards make deployments from clients' model names; what is remembered is bounded. */
const maxRecords = 20_000

/** A client's mistake says nothing about the deployment, nor does our own trouble. */
function countsAgainstDeployment(error: GatewayError): boolean {
  if (isOurTrouble(error)) return false
  switch (error.kind) {
    case 'auth':
    case 'payment_required':
    case 'not_found':
    case 'timeout':
    case 'rate_limited':
    case 'internal':
    case 'unreachable':
    case 'bad_gateway':
    case 'bad_reply':
    case 'unavailable':
      return true
    default:
      return false
  }
}
