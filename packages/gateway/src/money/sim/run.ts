import { Database } from './database.ts'
import { makePlan, type Plan, smaller } from './plan.ts'
import { type Report, simulate } from './simulate.ts'

export interface Tally {
  /** Seeds, and the law that each broke. */
  readonly failed: ReadonlyMap<number, string>
  readonly admitted: number
  readonly acknowledged: number
  readonly deaths: number
}

/** Runs the schedules of these seeds, one after the other, until so many have failed. */
export async function runSchedules(seeds: Iterable<number>, maxFailures: number): Promise<Tally> {
  const database = await Database.open()
  const failed = new Map<number, string>()
  const sum = { admitted: 0, acknowledged: 0, deaths: 0 }
  for (const seed of seeds) {
    const { violation, admitted, acknowledged, deaths } = await simulate(makePlan(seed), database)
    if (violation !== undefined) failed.set(seed, violation)
    sum.admitted += admitted
    sum.acknowledged += acknowledged
    sum.deaths += deaths
    if (failed.size >= maxFailures) break
  }
  database.close()
  return { failed, ...sum }
}

export function* seedsFrom(first: number, count: number): Generator<number> {
  for (let seed = first; seed < first + count; seed += 1) yield seed
}

/** A failure with as few calls, troubles and faults as still break the same law, and what happened in it. */
export async function explainFailure(seed: number): Promise<string> {
  const database = await Database.open()
  const plan = await shrink(makePlan(seed), database)
  const { violation, trace } = await simulate(plan, database, true)
  database.close()
  const { calls, troubles, faults, ...rest } = plan
  const parts = [rest, ...calls, ...troubles, faults].map((part) => JSON.stringify(part))
  return [`seed ${seed}: ${violation ?? 'no law is broken'}`, ...parts, ...trace].join('\n')
}

async function shrink(start: Plan, database: Database): Promise<Plan> {
  const law = lawOf(await simulate(start, database))
  let plan = start
  for (let isSmaller = law !== undefined; isSmaller;) {
    isSmaller = false
    for (const candidate of smaller(plan)) {
      if (lawOf(await simulate(candidate, database)) !== law) continue
      plan = candidate
      isSmaller = true
      break
    }
  }
  return plan
}

/** Which law was broken, without the figures. */
const lawOf = ({ violation }: Report): string | undefined => violation?.replaceAll(/[\w.+:-]*\d[\w.+-]*/g, '#').slice(0, 40)
