import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Journal } from './journal.ts'
import { segmentName } from './journal-format.ts'
import { Shipper, type ShipperOptions, type Shipped } from './shipper.ts'

/** Ships this worker's own journal while it is being written. */
export class OwnShipper {
  readonly #journal: Journal
  readonly #options: ShipperOptions
  readonly #shipper: Shipper
  #oldestFile = 1
  #running: Promise<void> | undefined
  constructor(worker: string, journal: Journal, options: ShipperOptions & { readonly shipped: Shipped }) {
    this.#journal = journal
    this.#options = options
    this.#shipper = new Shipper(worker, options, options.shipped)
  }

  /** Ships all that is durable now; runs one at a time. */
  ship(): Promise<void> {
    this.#running ??= this.#ship().finally(() => {
      this.#running = undefined
    })
    return this.#running
  }

  async #ship(): Promise<void> {
    for (;;) {
      const { segment, offset } = this.#shipper.position
      const durable = this.#journal.durable
      if (segment === durable.segment) {
        if (offset < durable.offset) await this.#shipTo(durable.offset)
        break
      }
      // Where the disk failed, a segment may never have come to be.
      if (existsSync(this.#pathOf(segment))) await this.#shipTo(undefined)
      this.#shipper.nextSegment()
    }
    await this.#deleteShipped()
  }

  async #shipTo(limit: number | undefined): Promise<void> {
    const mine = await this.#shipper.shipSegment(limit)
    if (!mine) throw new Error(`the journal of worker ${this.#shipper.worker} was shipped by somebody else while it lives`)
  }

  /** Segments before the one that is being shipped; not before the database is safe against a power loss. */
  async #deleteShipped(): Promise<void> {
    const { segment } = this.#shipper.position
    if (this.#oldestFile === segment || !(await this.#options.store.flush())) return
    for (; this.#oldestFile < segment; this.#oldestFile += 1) await rm(this.#pathOf(this.#oldestFile), { force: true })
  }

  #pathOf(segment: number): string {
    return join(this.#options.directory, segmentName(this.#shipper.worker, segment))
  }
}
