import type { Store } from '../../store/index.ts'
import { type Money, type MoneyOptions, openMoney } from '../index.ts'
import type { Database } from './database.ts'
import type { SimulatedMachine } from './machine.ts'
import { RemoteStore } from './remote-store.ts'
import { Process } from './world.ts'

export const dataDir = '/data'

/** How often a worker looks for changes. */
const pollMs = 400

export interface SlotOptions {
  readonly name: string
  readonly machine: SimulatedMachine
  readonly database: Database
  readonly money: Pick<MoneyOptions, 'sync' | 'lost' | 'timings' | 'maxSegmentBytes'>
  /** Hears of every call that the store has done. */
  readonly stored: (what: string) => void
  /** Hears of every process that ends in good order, when it begins to. */
  readonly leaves: (process: Process) => void
  /** Hears of every process that is no more. */
  readonly died: (process: Process) => void
}

/** A place among the workers; what runs in it may die and be started again. */
export class Slot {
  readonly #options: SlotOptions
  #starts = 0
  #process: Process | undefined
  #money: Money | undefined
  #closeFeed: (() => void) | undefined
  constructor(options: SlotOptions) {
    this.#options = options
  }

  /** The process that runs, or starts, or ends. */
  get process(): Process | undefined {
    return this.#process
  }

  /** Takes requests; undefined while it starts, ends or is dead. */
  get money(): Money | undefined {
    return this.#money
  }

  /** Starts a process in this place; one that cannot start dies. */
  start(): void {
    if (this.#process !== undefined) return
    const { name, machine, database, money, stored } = this.#options
    const { world, faults } = machine
    const process = new Process(`${name}s${++this.#starts}`)
    this.#process = process
    world.note(process.name, 'starts')
    const store = new RemoteStore(database, { world, faults, process, done: stored }).open()
    this.#closeFeed = () => store.feed.close()
    const opening = openMoney({
      ...money,
      dataDir,
      store,
      workerId: process.name,
      clock: world.wall,
      machine: machine.seenBy(process),
      trouble: (task, error) => world.note(process.name, `could not ${task}: ${String(error)}`),
    })
    void this.#open(process, opening, store)
  }

  async #open(process: Process, opening: Promise<Money>, store: Store): Promise<void> {
    try {
      this.#money = await opening
    } catch (error) {
      return this.#die(`does not start: ${String(error)}`)
    }
    this.#options.machine.world.note(process.name, 'is ready')
    this.#poll(process, () => store.feed.poll())
  }

  kill(): void {
    if (this.#process !== undefined) this.#die('is killed')
  }

  /** Ends in good order, or dies trying. */
  stop(): void {
    const money = this.#money
    if (money === undefined || this.#process === undefined) return
    this.#money = undefined
    this.#options.machine.world.note(this.#process.name, 'stops')
    this.#options.leaves(this.#process)
    money.close().then(
      () => this.#die('has stopped'),
      (error: unknown) => this.#die(`does not stop well: ${String(error)}`),
    )
  }

  #die(how: string): void {
    const process = this.#process
    if (process === undefined) return
    const { machine, died } = this.#options
    machine.world.note(process.name, how)
    process.isAlive = false
    this.#process = undefined
    this.#money = undefined
    this.#closeFeed?.()
    machine.disk.interrupt(process.name)
    died(process)
  }

  #poll(process: Process, poll: () => Promise<void>): void {
    this.#options.machine.world.after(process, pollMs, () => {
      void poll()
      this.#poll(process, poll)
    })
  }
}
