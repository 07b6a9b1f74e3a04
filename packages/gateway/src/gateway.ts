import type { Catalog, Health, Transport } from '@switchyard/core'
import type { LoadedConfig } from './config/load-config.ts'
import type { MakeResponse } from './http/listener.ts'
import { Load } from './http/load.ts'
import type { Router } from './http/router.ts'
import type { FileShelf } from './llm/batches/file-shelf.ts'
import { WrongKeys, type Identity } from './identity/index.ts'
import type { Money } from './money/index.ts'
import type { Log } from './observe/log.ts'
import { buildSnapshot, type Snapshot } from './snapshot.ts'
import type { Store } from './store/index.ts'

export interface GatewayParts {
  readonly router: Router
  readonly log: Log
  readonly store: Store
  readonly shelf: FileShelf
  readonly identity: Identity
  readonly money: Money
  readonly catalog: Catalog
  readonly health: Health
  readonly transport: Transport
  readonly makeResponse: MakeResponse
  readonly workers: number
  /** Reads the configuration anew. Throws when it is broken. */
  readonly loadConfig: () => Promise<LoadedConfig>
}

/** The running gateway: what lives as long as the process, and the snapshot that requests are served by now. */
export class Gateway {
  readonly router: Router
  readonly log: Log
  readonly store: Store
  readonly shelf: FileShelf
  readonly identity: Identity
  readonly money: Money
  readonly makeResponse: MakeResponse
  readonly wrongKeys = new WrongKeys()
  readonly load: Load
  readonly #parts: GatewayParts
  #snapshot: Snapshot
  #reloading: Promise<unknown> = Promise.resolve()
  /** No new requests are wanted; the ones that run are finished. */
  draining = false

  private constructor(parts: GatewayParts, snapshot: Snapshot) {
    this.#parts = parts
    this.#snapshot = snapshot
    this.router = parts.router
    this.log = parts.log
    this.store = parts.store
    this.shelf = parts.shelf
    this.identity = parts.identity
    this.money = parts.money
    this.makeResponse = parts.makeResponse
    const { maxCallsInWork, maxLoopDelayMs } = snapshot.config.switchyard
    this.load = new Load({ mostInWork: maxCallsInWork, latestMs: maxLoopDelayMs })
  }

  static start(parts: GatewayParts, first: LoadedConfig): Gateway {
    return new Gateway(parts, buildSnapshot(first.config, { ...parts, revision: 1 }))
  }

  get snapshot(): Snapshot {
    return this.#snapshot
  }

  /** Builds a whole new snapshot and swaps it in. One that cannot be built changes nothing and throws why. */
  reload(): Promise<LoadedConfig> {
    // One after the other: a slow read of an old file must not replace what was read after it.
    const next = this.#reloading.then(
      () => this.#reload(),
      () => this.#reload(),
    )
    this.#reloading = next
    return next
  }

  async #reload(): Promise<LoadedConfig> {
    const loaded = await this.#parts.loadConfig()
    this.#snapshot = buildSnapshot(loaded.config, { ...this.#parts, revision: this.#snapshot.revision + 1 })
    this.log.info('configuration loaded', { revision: this.#snapshot.revision, warnings: loaded.warnings.length })
    return loaded
  }
}
