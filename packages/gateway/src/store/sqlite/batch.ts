import type { LedgerRow, RollupRow } from '../ledger-row.ts'
import type { Settlement } from '../store.ts'

const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10)

const sign = (row: LedgerRow, status: LedgerRow['status'], times: 1 | -1): number => (row.status === status ? times : 0)

/** What a batch of rows adds to rollups, budgets and leases, so that each is written once a batch. */
export class Batch {
  readonly #rollups = new Map<string, RollupRow>()
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
    const day = dayOf(row.startMs)
    const name = `${day}\n${row.keyId}\n${row.model}\n${row.provider}`
    const sum = this.#rollups.get(name)
    this.#rollups.set(name, {
      day,
      keyId: row.keyId,
      model: row.model,
      provider: row.provider,
      requests: (sum?.requests ?? 0) + times,
      successes: (sum?.successes ?? 0) + sign(row, 'success', times),
      failures: (sum?.failures ?? 0) + sign(row, 'failure', times),
      inputTokens: (sum?.inputTokens ?? 0) + times * row.inputTokens,
      outputTokens: (sum?.outputTokens ?? 0) + times * row.outputTokens,
      cacheReadTokens: (sum?.cacheReadTokens ?? 0) + times * row.cacheReadTokens,
      cacheWriteTokens: (sum?.cacheWriteTokens ?? 0) + times * row.cacheWriteTokens,
      reasoningTokens: (sum?.reasoningTokens ?? 0) + times * row.reasoningTokens,
      spendNano: (sum?.spendNano ?? 0) + times * row.spendNano,
    })
  }
}
