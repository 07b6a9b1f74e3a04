import type { LedgerRow, RollupRow } from '../ledger-row.ts'
import type { Settlement } from '../store.ts'

const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10)

const dayMs = 86_400_000

type Sum = { -readonly [Name in keyof RollupRow]: RollupRow[Name] }

/** What a batch of rows adds to rollups, budgets and leases, so that each is written once a batch. */
export class Batch {
  readonly #rollups = new Map<string, Sum>()
  readonly #charges = new Map<string, { spend: number; endMs: number }[]>()
  readonly #leased = new Map<string, number>()

  add({ row, charges, leased }: Settlement): void {
    this.#count(row, 1)
    for (const id of charges) this.#charge(id, row.spendNano, row.endMs)
    for (const id of leased) this.#leased.set(id, (this.#leased.get(id) ?? 0) + row.spendNano)
  }

  /** Undoes a row that another one replaces. */
  remove(row: LedgerRow, charges: readonly string[]): void {
    this.#count(row, -1)
    for (const id of charges) this.#charge(id, -row.spendNano, row.endMs)
  }

  get rollups(): Iterable<RollupRow> {
    return this.#rollups.values()
  }

  /** For each budget what it cost, and when. */
  get charges(): Iterable<readonly [budgetId: string, parts: readonly { readonly spend: number; readonly endMs: number }[]]> {
    return this.#charges
  }

  get leased(): Iterable<readonly [budgetId: string, amount: number]> {
    return this.#leased
  }

  #charge(id: string, spend: number, endMs: number): void {
    if (spend === 0) return
    const parts = this.#charges.get(id)
    if (parts === undefined) this.#charges.set(id, [{ spend, endMs }])
    else parts.push({ spend, endMs })
  }

  #count(row: LedgerRow, times: 1 | -1): void {
    const sum = this.#sumOf(row)
    sum.requests += times
    if (row.status === 'success') sum.successes += times
    else if (row.status === 'failure') sum.failures += times
    sum.inputTokens += times * row.inputTokens
    sum.outputTokens += times * row.outputTokens
    sum.cacheReadTokens += times * row.cacheReadTokens
    sum.cacheWriteTokens += times * row.cacheWriteTokens
    sum.reasoningTokens += times * row.reasoningTokens
    sum.spendNano += times * row.spendNano
  }

  #sumOf({ startMs, keyId, model, provider }: LedgerRow): Sum {
    const name = `${Math.floor(startMs / dayMs)}\n${keyId}\n${model}\n${provider}`
    let sum = this.#rollups.get(name)
    if (sum === undefined) {
      const none = { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0, reasoningTokens: 0, spendNano: 0 }
      sum = { day: dayOf(startMs), keyId, model, provider, requests: 0, successes: 0, failures: 0, ...none }
      this.#rollups.set(name, sum)
    }
    return sum
  }
}
