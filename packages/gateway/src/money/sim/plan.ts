import { emptySettings, type KeySettings } from '../../store/index.ts'
import type { SyncMode } from '../journal.ts'
import type { LostPolicy } from '../permits.ts'
import { defaultTimings, type Timings } from '../timings.ts'
import { Random } from './random.ts'

export interface AttemptPlan {
  readonly ms: number
  /** Of the bound. */
  readonly costShare: number
  readonly tokenShare: number
}

/** What a client does: attempts that fail, then one that ends it. */
export interface CallPlan {
  readonly at: number
  readonly slot: number
  readonly key: number
  readonly nano: number
  readonly tokens: number
  readonly attempts: readonly AttemptPlan[]
  readonly ending: 'success' | 'cancelled' | 'failure' | 'forgotten'
}

/** `kill` ends a process at once, `power` all of them; `stop` is a restart in good order; `pause` is a SIGSTOP. */
export interface TroublePlan {
  readonly at: number
  readonly kind: 'kill' | 'power' | 'stop' | 'pause' | 'jump' | 'outage' | 'audit'
  readonly slot: number
  readonly ms: number
}

export interface FaultPlan {
  /**
   * Chances at every point where the accounting waits. `store`: the store refuses and has done nothing. `reply`: it has
   * done it, and the answer is lost. `twice`: it gets the
   * request twice. `flush`: a reader holds it up.
   */
  readonly odds: {
    readonly store: number
    readonly reply: number
    readonly flush: number
    readonly twice: number
    readonly disk: number
    readonly diskSync: number
  }
  /** The n-th of these points fails whatever the odds. */
  readonly nth: number
}

export const noFaults: FaultPlan = { odds: { store: 0, reply: 0, flush: 0, twice: 0, disk: 0, diskSync: 0 }, nth: 0 }

/** Everything that is decided before a schedule runs; only latencies and luck are drawn on the way. */
export interface Plan {
  readonly seed: number
  readonly slots: number
  readonly sync: SyncMode
  readonly lost: LostPolicy
  readonly maxSegmentBytes: number
  readonly timings: Timings
  readonly wallSpeed: number
  readonly keys: readonly Partial<KeySettings>[]
  readonly calls: readonly CallPlan[]
  readonly troubles: readonly TroublePlan[]
  readonly faults: FaultPlan
}

export const wallStart = 1_790_000_000_000

/** How long clients come. */
const loadMs = 2500

export function makePlan(seed: number): Plan {
  const random = new Random(seed)
  const slots = random.pick(1, 2, 2, 3)
  const keys = Array.from({ length: random.between(1, 3) }, () => makeKey(random))
  const sync = random.pick<SyncMode>('fdatasync', 'fdatasync', 'write')
  const calls = Array.from({ length: random.between(4, 24) }, () => makeCall(random, slots, keys))
  const troubles = Array.from({ length: random.between(0, 5) }, () => makeTrouble(random, { slots, sync }))
  return {
    seed,
    slots,
    sync,
    lost: random.pick('nothing', 'reserved'),
    maxSegmentBytes: random.pick(1 << 25, 1500, 6000),
    timings: makeTimings(random),
    wallSpeed: random.pick(1, 1, 10, 40),
    keys,
    calls: calls.toSorted((a, b) => a.at - b.at),
    troubles: troubles.toSorted((a, b) => a.at - b.at),
    faults: makeFaults(random),
  }
}

function makeTimings(random: Random): Timings {
  return {
    ...defaultTimings,
    leaseMs: random.pick(60_000, 3000),
    idleMs: random.pick(1000, 200),
    choresMs: random.pick(5000, 1200),
    shipMs: random.pick(200, 50, 1500),
    permitMs: random.pick(defaultTimings.permitMs, defaultTimings.permitMs, 1500),
  }
}

function makeKey(random: Random): Partial<KeySettings> {
  const settings: { -readonly [Name in keyof KeySettings]?: KeySettings[Name] } = {}
  if (random.chance(0.85)) settings.maxBudgetNano = random.pick(50, 1000, 5000, 100_000)
  if (settings.maxBudgetNano !== undefined && random.chance(0.3)) {
    settings.budgetDuration = random.pick('2s', '10s')
    settings.budgetResetAt = wallStart + random.between(500, 10_000)
  }
  if (random.chance(0.4)) settings.rpmLimit = random.pick(3, 10, 1200)
  if (random.chance(0.4)) settings.tpmLimit = random.pick(200, 1000, 20_000)
  if (random.chance(0.4)) settings.maxParallelRequests = random.pick(1, 3)
  return { ...emptySettings, ...settings }
}

function makeCall(random: Random, slots: number, keys: readonly Partial<KeySettings>[]): CallPlan {
  const key = random.between(0, keys.length - 1)
  const limit = keys[key]?.maxBudgetNano ?? 1000
  const durations = random.pick([0.1, 3], [1, 50], [50, 500], [400, 1600])
  const makeAttempt = (): AttemptPlan => ({
    ms: random.between(durations[0] ?? 1, durations[1] ?? 1),
    costShare: random.pick(0, 0.2, random.next(), 1),
    tokenShare: random.next(),
  })
  return {
    // Many at once, or one after the other.
    at: random.chance(0.3) ? random.between(0, 4) * 600 : random.next() * loadMs,
    slot: random.between(0, slots - 1),
    key,
    nano: Math.ceil(limit * random.pick(0, 0.02, 0.1, 0.34, 1) * random.pick(1, 1, random.next())),
    tokens: random.pick(10, 60, 300),
    attempts: Array.from({ length: random.pick(1, 1, 1, 2, 3) }, makeAttempt),
    ending: random.pick('success', 'success', 'success', 'cancelled', 'failure', random.chance(0.2) ? 'forgotten' : 'success'),
  }
}

function makeTrouble(random: Random, { slots, sync }: { readonly slots: number; readonly sync: SyncMode }): TroublePlan {
  const kinds: readonly TroublePlan['kind'][] = ['kill', 'kill', 'stop', 'pause', 'jump', 'outage', 'audit']
  const kind = random.chance(0.1) && sync === 'fdatasync' ? 'power' : random.pick('kill', ...kinds)
  const direction = random.pick(1, -1)
  const ms = kind === 'jump' ? direction * random.pick(100, 3000, 70_000, 3_600_000) : random.pick(5, 100, 1000, 4000)
  return { at: random.next() * loadMs * 1.3, kind, slot: random.between(0, slots - 1), ms }
}

function makeFaults(random: Random): FaultPlan {
  const some = random.pick(0.005, 0.03)
  const odds = (isOn: boolean): number => (isOn ? some : 0)
  const mood = random.pick('calm', 'calm', 'nth', 'store', 'disk', 'all')
  const isStore = mood === 'store' || mood === 'all'
  const isDisk = mood === 'disk' || mood === 'all'
  return {
    odds: {
      store: odds(isStore),
      reply: odds(isStore),
      flush: 0.2,
      twice: odds(isStore),
      disk: odds(isDisk),
      diskSync: odds(isDisk),
    },
    nth: mood === 'nth' ? random.between(1, 400) : 0,
  }
}

/** The same schedule with fewer parts, for whoever looks for the smallest that still fails. */
export function* smaller(plan: Plan): Generator<Plan> {
  for (const size of [8, 4, 2, 1]) {
    for (let at = 0; at < plan.calls.length; at += size) yield { ...plan, calls: without(plan.calls, at, size) }
  }
  for (let at = 0; at < plan.troubles.length; at += 1) yield { ...plan, troubles: without(plan.troubles, at, 1) }
  const { odds, nth } = plan.faults
  if (nth > 0) yield { ...plan, faults: { odds, nth: 0 } }
  for (const [kind, chance] of Object.entries(odds)) {
    if (chance > 0) yield { ...plan, faults: { nth, odds: { ...odds, [kind]: 0 } } }
  }
  if (plan.wallSpeed !== 1) yield { ...plan, wallSpeed: 1 }
  if (plan.timings !== defaultTimings) yield { ...plan, timings: defaultTimings }
}

const without = <T>(list: readonly T[], at: number, count: number): readonly T[] => [
  ...list.slice(0, at),
  ...list.slice(at + count),
]
