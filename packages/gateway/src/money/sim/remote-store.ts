import type { Store } from '../../store/index.ts'
import type { Database } from './database.ts'
import { type Faults, SimulatedFault } from './faults.ts'
import type { Process, World } from './world.ts'

export interface RemoteParts {
  readonly world: World
  readonly faults: Faults
  readonly process: Process
  /** Hears of every call that the store has done. */
  readonly done: (what: string) => void
}

/** The store as one process sees it: far away, and not always willing. */
export class RemoteStore {
  readonly #database: Database
  readonly #world: World
  readonly #faults: Faults
  readonly #process: Process
  readonly #done: (what: string) => void
  constructor(database: Database, parts: RemoteParts) {
    this.#database = database
    this.#done = parts.done
    this.#world = parts.world
    this.#faults = parts.faults
    this.#process = parts.process
  }

  open(): Store {
    const { store } = this.#database
    const feed = this.#database.changeFeed((what, work) => this.#call(what, work))
    return {
      feed,
      keys: this.#remote('keys', store.keys),
      budgets: this.#remote('budgets', store.budgets),
      rates: this.#remote('rates', store.rates),
      ledger: this.#remote('ledger', store.ledger),
      workers: this.#remote('workers', store.workers),
      responses: this.#remote('responses', store.responses),
      files: this.#remote('files', store.files),
      batches: this.#remote('batches', store.batches),
      idempotency: this.#remote('idempotency', store.idempotency),
      settings: this.#remote('settings', store.settings),
      flush: () => this.#flush(),
      close: async () => feed.close(),
    }
  }

  #remote<T extends object>(name: string, part: T): T {
    return new Proxy(part, {
      get: (target, method) => {
        const found: unknown = Reflect.get(target, method)
        if (typeof found !== 'function') return found
        const what = `${name}.${String(method)}`
        return (...args: readonly unknown[]): Promise<unknown> =>
          this.#call(what, async () => Reflect.apply(found, target, args), args)
      },
    })
  }

  async #call<T>(what: string, work: () => Promise<T>, args: readonly unknown[] = []): Promise<T> {
    const { name } = this.#process
    await this.#world.wait(this.#process, this.#world.latency())
    if (this.#faults.isStoreAway) throw new SimulatedFault('the store is away')
    this.#faults.failAt('store', name, what)
    const result = await this.#database.do(work)
    if (what === 'workers.register') this.#database.flush()
    const again = this.#faults.strikes('twice') && isRepeatable(what) ? await this.#database.do(work) : result
    if (this.#world.trace !== undefined && what !== 'feed.since')
      this.#world.note(name, `${what}(${print(args)}) = ${print(again)}`)
    this.#done(what)
    await this.#world.wait(this.#process, this.#world.latency())
    this.#faults.failAt('reply', name, `${what}, though it was done,`)
    return again
  }

  async #flush(): Promise<boolean> {
    await this.#world.wait(this.#process, this.#world.latency())
    if (this.#faults.strikes('flush')) return false
    this.#database.flush()
    return true
  }
}

const print = (value: unknown): string => {
  const json = JSON.stringify(value, (_, part: unknown) => (part instanceof Map ? [...part] : part)) ?? 'undefined'
  return json.length > 300 ? `${json.slice(0, 300)}…` : json
}

/** A driver may send these again when it heard no answer. */
const repeatable = new Set([
  'ledger.ship',
  'ledger.shipLost',
  'budgets.reset',
  'budgets.renew',
  'workers.retire',
  'workers.forget',
])
const isRepeatable = (what: string): boolean => repeatable.has(what)
