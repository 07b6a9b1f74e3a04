import { makeNewKey } from '../../store/for-test.ts'
import type { KeyRecord, Store } from '../../store/index.ts'
import { audit } from '../audit.ts'
import { type Principal, principalOf } from '../principal.ts'
import { Client } from './client.ts'
import type { Database } from './database.ts'
import { Disk } from './disk.ts'
import { Faults, SimulatedFault } from './faults.ts'
import { SimulatedMachine } from './machine.ts'
import { type CallPlan, noFaults, type Plan, type TroublePlan, wallStart } from './plan.ts'
import { Random } from './random.ts'
import { RemoteStore } from './remote-store.ts'
import { Witness } from './witness.ts'
import { dataDir, Slot } from './worker.ts'
import { Process, World } from './world.ts'

export interface Report {
  readonly violation: string | undefined
  readonly trace: readonly string[]
  readonly admitted: number
  readonly acknowledged: number
  readonly deaths: number
}

/** When clients and troubles have come; what is under way then may take a while. */
const loadEndMs = 3400
const patienceMs = 60_000

/** Runs one schedule. */
export async function simulate(plan: Plan, database: Database, isTraced = false): Promise<Report> {
  const world = new World(new Random(plan.seed ^ 0x5eed), { wallStart, wallSpeed: plan.wallSpeed, isTraced })
  database.clear()
  const keys: KeyRecord[] = []
  await database.setUp(async () => {
    for (const [index, settings] of plan.keys.entries()) {
      const key = { ...makeNewKey(`k${index}`, settings), at: wallStart }
      await database.store.keys.insert(key)
    }
  })
  for (const index of plan.keys.keys()) {
    const key = await database.store.keys.byId(`k${index}`)
    if (key !== undefined) keys.push(key)
  }
  return new Simulation(plan, { world, database, keys }).run()
}

class Simulation {
  readonly #plan: Plan
  readonly #world: World
  readonly #database: Database
  readonly #machine: SimulatedMachine
  readonly #witness: Witness
  readonly #principals: readonly Principal[]
  readonly #slots: readonly Slot[]
  /** What is no worker: clients' arrival, troubles, the auditor. */
  #outside = new Process('outside')
  readonly #busy = new Map<Process, number>()
  #deaths = 0
  #hasLostPower = false
  constructor(plan: Plan, parts: { readonly world: World; readonly database: Database; readonly keys: readonly KeyRecord[] }) {
    const { world, database, keys } = parts
    this.#plan = plan
    this.#world = world
    this.#database = database
    this.#machine = new SimulatedMachine(world, new Disk(world), new Faults(world, plan.faults))
    this.#witness = new Witness(world, {
      keys,
      permitMs: plan.timings.permitMs,
      isRateExact: () => !this.#hasLostPower,
    })
    this.#principals = keys.map(principalOf)
    this.#slots = Array.from({ length: plan.slots }, (_, index) => this.#slot(`w${index}`))
  }

  run(): Report {
    const world = this.#world
    for (const slot of this.#slots) world.after(this.#outside, world.random.next() * 30, () => slot.start())
    for (const [index, call] of this.#plan.calls.entries()) {
      world.after(this.#outside, 50 + call.at, () => this.#arrive(`r${index}`, call))
    }
    for (const trouble of this.#plan.troubles) world.after(this.#outside, trouble.at, () => this.#make(trouble))
    world.run(() => world.now > loadEndMs && this.#busy.size === 0, loadEndMs + patienceMs)
    this.#end()
    return {
      violation: world.violation,
      trace: world.trace ?? [],
      admitted: this.#witness.admissions,
      acknowledged: this.#witness.promised.size,
      deaths: this.#deaths,
    }
  }

  #slot(name: string): Slot {
    const { sync, lost, timings, maxSegmentBytes } = this.#plan
    const money = { sync, lost, timings, maxSegmentBytes }
    const leaves = (process: Process): void => this.#witness.leaves(process)
    const died = (process: Process): void => {
      this.#deaths += 1
      this.#busy.delete(process)
      this.#witness.died(process)
    }
    const stored = (what: string): void => {
      if (touchesBudgets(what)) this.#witness.checkBalances(this.#database.balances(), lost === 'nothing' && !this.#hasLostPower)
    }
    return new Slot({ name, machine: this.#machine, database: this.#database, money, stored, leaves, died })
  }

  #arrive(id: string, plan: CallPlan): void {
    const slot = this.#slots[plan.slot]
    const principal = this.#principals[plan.key]
    const { money, process } = slot ?? {}
    if (money === undefined || process === undefined || principal === undefined) return
    const count = (change: number): void => {
      const left = (this.#busy.get(process) ?? 0) + change
      if (left === 0 || !process.isAlive) this.#busy.delete(process)
      else this.#busy.set(process, left)
    }
    const isExpected = (error: unknown): boolean => error instanceof SimulatedFault
    const client = new Client(id, plan, {
      world: this.#world,
      witness: this.#witness,
      process,
      money,
      principal,
      permitMs: this.#plan.timings.permitMs,
      isExpected,
    })
    count(1)
    client.call().then(
      () => count(-1),
      (error: unknown) => this.#world.violate(`${id}: ${String(error)}`),
    )
  }

  #make({ kind, slot: index, ms }: TroublePlan): void {
    const slot = this.#slots[index]
    const world = this.#world
    world.note('TROUBLE', `${kind} ${ms}`)
    switch (kind) {
      case 'kill':
        slot?.kill()
        return world.after(this.#outside, ms, () => slot?.start())
      case 'stop':
        slot?.stop()
        return world.after(this.#outside, ms + 3000, () => slot?.start())
      case 'power':
        return this.#losePower(ms)
      case 'pause':
        if (slot?.process !== undefined) slot.process.stoppedUntil = world.now + ms
        return
      case 'jump':
        this.#witness.clockWasSet(ms)
        return world.jump(ms)
      case 'outage':
        return this.#machine.faults.storeAway(ms)
      case 'audit':
        return void this.#audit(() => undefined)
    }
  }

  #losePower(ms: number): void {
    this.#hasLostPower = true
    this.#witness.storeForgot()
    for (const slot of this.#slots) slot.kill()
    this.#machine.disk.losePower()
    void this.#database.losePower(this.#world)
    for (const slot of this.#slots) this.#world.after(this.#outside, ms, () => slot.start())
  }

  /** Nothing fails any more: everybody stops or dies, one comes back, and all must be well. */
  #end(): void {
    const world = this.#world
    this.#machine.faults.end()
    this.#await('get well', () => this.#slots.every(({ money }) => money === undefined || money.healthy))
    const isInUse = this.#plan.calls.some(({ ending }) => ending === 'forgotten')
    const isServed = this.#slots.some(({ money }) => money !== undefined)
    if (isServed && !isInUse)
      this.#awaitSlowly('give back what they do not use', () => this.#database.remains().leases.length === 0)
    // Whoever was going to start again does not.
    this.#outside.isAlive = false
    this.#outside = new Process('outside')
    world.note('END', 'all stop')
    for (const slot of this.#slots) {
      if (slot.money !== undefined && world.random.chance(0.5)) slot.stop()
      else slot.kill()
    }
    this.#await('stop', () => this.#slots.every((slot) => slot.process === undefined))
    const last = this.#slot('last')
    last.start()
    this.#await('start again', () => last.money !== undefined)
    this.#awaitSlowly('come to rest', () => {
      const { workers, leases } = this.#database.remains()
      return workers.length === 1 && leases.length === 0
    })
    let isAudited = false
    void this.#audit(() => {
      isAudited = true
    })
    this.#await('be audited', () => isAudited)
    this.#checkEnd(1)
    last.stop()
    this.#await('stop at last', () => last.process === undefined)
    this.#checkEnd(0)
  }

  #checkEnd(workers: number): void {
    this.#witness.checkRows(this.#database.rows())
    const world = this.#world
    const { leases, workers: left } = this.#database.remains()
    // A call that was sent long ago, by the wall clock, is taken for one of a clock that was set back.
    const { troubles, wallSpeed } = this.#plan
    const areClocksSure = wallSpeed === 1 && !troubles.some(({ kind }) => kind === 'jump' || kind === 'pause')
    const sums = this.#database.sums(areClocksSure)
    const files = this.#machine.disk.paths.filter((path) => path.endsWith('.journal'))
    if (sums.length > 0) world.violate(`sums are wrong: ${sums.join('; ')}`)
    if (leases.length > 0) world.violate(`reservations are left: ${leases.join('; ')}`)
    if (left.length !== workers) world.violate(`workers are left: ${left.join(', ')}`)
    if (workers === 0 && files.length > 0) world.violate(`journals are left: ${files.join(', ')}`)
  }

  /** For what costs too much to ask after every happening. */
  #awaitSlowly(what: string, isSo: () => boolean): void {
    let nextLook = 0
    this.#await(what, () => {
      if (this.#world.now < nextLook) return false
      nextLook = this.#world.now + 100
      return isSo()
    })
  }

  #await(what: string, isSo: () => boolean): void {
    if (!this.#world.run(isSo, patienceMs)) this.#world.violate(`the workers do not ${what}`)
  }

  async #audit(done: () => void): Promise<void> {
    const calm = new Faults(this.#world, noFaults)
    const process = this.#outside
    const parts = { world: this.#world, faults: calm, process, done: () => undefined }
    const machine = new SimulatedMachine(this.#world, this.#machine.disk, calm)
    const store: Store = new RemoteStore(this.#database, parts).open()
    const { gap, problems } = await audit(store, dataDir, machine.seenBy(process))
    await store.close()
    if (gap !== 0 || problems.length > 0) this.#world.violate(`the audit finds a gap of ${gap}: ${problems.join('; ')}`)
    done()
  }
}

const budgetCalls = new Set(['budgets.grant', 'budgets.giveBack', 'budgets.reset', 'ledger.ship', 'ledger.shipLost'])
const touchesBudgets = (what: string): boolean => budgetCalls.has(what)
