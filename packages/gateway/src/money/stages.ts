import type { NanoUsd } from '@switchyard/wire'
import type { Leases } from './leases.ts'
import type { Principal } from './principal.ts'
import type { RateHold, RateLimit, RateRefused, Rates } from './rates.ts'
import { overBudget, overParallel, overRate } from './refusals.ts'

/** The most that a request may cost: what is reserved before a provider hears of it. */
export interface Bound {
  readonly nano: NanoUsd
  readonly tokens: number
}

/** What a request has taken of its budgets, its concurrency and its rates, so that all of it can go back. */
export interface Taken {
  /** The budgets in which `bound.nano` is reserved. */
  readonly leased: string[]
  gauge: string | undefined
  readonly holds: { readonly unit: RateLimit['unit']; readonly hold: RateHold }[]
}

/** One admission on its way through the stages. */
export interface Admission {
  readonly principal: Principal
  readonly bound: Bound
  readonly taken: Taken
  readonly leases: Leases
  readonly rates: Rates
  readonly clock: () => number
}

/** One limit that a request has to pass. What this worker holds is taken at once; otherwise the answer is waited for. */
export interface Stage {
  readonly name: 'budget' | 'parallel' | RateLimit['unit']
  take(admission: Admission): void | Promise<void>
}

export type Limits = Pick<Principal, 'budgets' | 'gauge' | 'rates'>

/** The stages of a caller in their order: money, a place among the concurrent requests, rates. One without limits has none. */
export const stagesOf = ({ budgets, gauge, rates }: Limits): readonly Stage[] => [
  ...budgets.map(budgetStage),
  ...(gauge === undefined ? [] : [gaugeStage(gauge)]),
  ...rates.map(rateStage),
]

const budgetStage = (id: string): Stage => ({
  name: 'budget',
  take(admission) {
    const { bound, leases } = admission
    // What costs nothing is allowed on an empty budget too.
    if (bound.nano === 0) return undefined
    const asked = leases.reserve(id, bound.nano)
    return asked instanceof Promise ? asked.then((result) => leased(id, result, admission)) : leased(id, asked, admission)
  },
})

type Reserved = Awaited<ReturnType<Leases['reserve']>>

function leased(id: string, result: Reserved, { principal, bound, taken }: Admission): void {
  if (result.kind === 'refused') throw overBudget(principal, result.budget, bound.nano)
  if (result.kind === 'reserved') taken.leased.push(id)
}

const gaugeStage = ({ id, limit }: NonNullable<Principal['gauge']>): Stage => ({
  name: 'parallel',
  async take({ leases, principal, taken }) {
    const result = await leases.reserve(id, 1)
    if (result.kind === 'refused') throw overParallel(principal, limit)
    if (result.kind === 'reserved') taken.gauge = id
  },
})

const rateStage = (limit: RateLimit): Stage => ({
  name: limit.unit,
  take(admission) {
    const { bound, rates } = admission
    const asked = rates.take(limit, limit.unit === 'requests' ? 1 : bound.tokens)
    return asked instanceof Promise ? asked.then((result) => held(limit, result, admission)) : held(limit, asked, admission)
  },
})

function held({ unit }: RateLimit, result: RateHold | RateRefused, { principal, taken, clock }: Admission): void {
  if ('refused' in result) throw overRate(principal, result, clock())
  taken.holds.push({ unit, hold: result })
}
