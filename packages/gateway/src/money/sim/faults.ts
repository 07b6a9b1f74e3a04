import type { FaultPlan } from './plan.ts'
import type { World } from './world.ts'

export type FaultKind = keyof FaultPlan['odds']

export class SimulatedFault extends Error {}

/** Decides what fails. */
export class Faults {
  readonly #world: World
  readonly #plan: FaultPlan
  #points = 0
  #outageUntil = 0
  #isOver = false
  constructor(world: World, plan: FaultPlan) {
    this.#world = world
    this.#plan = plan
  }

  /** From now on nothing fails any more. */
  end(): void {
    this.#isOver = true
  }

  storeAway(ms: number): void {
    this.#outageUntil = this.#world.now + ms
  }

  get isStoreAway(): boolean {
    return !this.#isOver && this.#world.now < this.#outageUntil
  }

  strikes(kind: FaultKind): boolean {
    if (this.#isOver) return false
    const odds = this.#plan.odds[kind]
    // Asked first, so that the n-th point is the n-th whatever the odds are.
    const isNth = kind !== 'twice' && ++this.#points === this.#plan.nth
    return isNth || (odds > 0 && this.#world.random.chance(odds))
  }

  failAt(kind: FaultKind, who: string, what: string): void {
    if (!this.strikes(kind)) return
    this.#world.note(who, `${what} FAILS`)
    throw new SimulatedFault(`${what} failed`)
  }
}
