import type { Deviation, Side } from './deviations.ts'
import type { Golden } from './goldens.ts'
import type { Replayed } from './replay.ts'
import type { Difference } from './tools.ts'

/** Counts of one row. `total` are the cases that both follow; `upstream` and `result` those that agree on that side. */
export interface Counts {
  total: number
  agree: number
  upstream: number
  result: number
  deviations: number
}

export interface Disagreement {
  readonly id: string
  readonly side: Side
  readonly differences: readonly Difference[]
}

const none = (): Counts => ({ total: 0, agree: 0, upstream: 0, result: 0, deviations: 0 })

/** Adds up cases by provider and operation. */
export class Tally {
  readonly all = none()
  readonly by = new Map<string, Counts>()
  readonly disagreements: Disagreement[] = []
  /** Records with a known defect of the reference: never counted. */
  readonly quirks = { total: 0, agree: 0 }
  readonly unserved = new Map<string, number>()
  /** Deviations that no case needed. */
  readonly #unused: Set<Deviation>
  readonly #deviations: readonly Deviation[]

  constructor(deviations: readonly Deviation[]) {
    this.#deviations = deviations
    this.#unused = new Set(deviations)
  }

  get unusedDeviations(): readonly string[] {
    return [...this.#unused].map((deviation) => deviation.name)
  }

  skip(golden: Golden): void {
    this.unserved.set(golden.operation, (this.unserved.get(golden.operation) ?? 0) + 1)
  }

  add(golden: Golden, replayed: Replayed): void {
    if (golden.quirk !== undefined) {
      this.quirks.total++
      if (replayed.upstream.length + replayed.result.length === 0) this.quirks.agree++
      return
    }
    const key = `${golden.provider}/${golden.operation}`
    const row = this.by.get(key) ?? none()
    this.by.set(key, row)
    const differing = sides.filter((side) => replayed[side].length > 0)
    const wrong = differing.flatMap((side): Disagreement[] => {
      const differences = replayed[side].filter(({ path }) => !this.#deviates(golden.id, side, path))
      return differences.length === 0 ? [] : [{ id: golden.id, side, differences }]
    })
    this.disagreements.push(...wrong)
    const deviates = differing.length > 0 && wrong.length === 0
    for (const counts of [row, this.all]) count(counts, wrong, deviates)
  }

  #deviates(id: string, side: Side, path: string): boolean {
    const found = this.#deviations.find((deviation) => deviation.covers(id, side, path))
    if (found !== undefined) this.#unused.delete(found)
    return found !== undefined
  }
}

const sides: readonly Side[] = ['upstream', 'result']

/** A case whose differences are all meant counts as neither agreeing nor disagreeing. */
function count(counts: Counts, wrong: readonly Disagreement[], deviates: boolean): void {
  if (deviates) {
    counts.deviations++
    return
  }
  counts.total++
  if (wrong.length === 0) counts.agree++
  if (!wrong.some(({ side }) => side === 'upstream')) counts.upstream++
  if (!wrong.some(({ side }) => side === 'result')) counts.result++
}
