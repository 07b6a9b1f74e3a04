import { join } from 'node:path'
import type { Journal } from './journal.ts'
import { segmentName } from './journal-format.ts'
import type { Machine } from './machine.ts'
import { Shipper, type ShipperOptions, type Shipped } from './shipper.ts'

/** About a hundred calls: one transaction's worth. */
const recordsATurn = 200

export interface OwnShipperOptions extends ShipperOptions {
  readonly machine: Machine
  readonly shipped: Shipped
}

/** Ships this worker's own journal while it is being written. */
export class OwnShipper {
  readonly #journal: Journal
  readonly #options: OwnShipperOptions
  readonly #shipper: Shipper
  #oldestFile = 1
  #fenced = false
  #running: Promise<void> | undefined
  constructor(worker: string, journal: Journal, options: OwnShipperOptions) {
    this.#journal = journal
    this.#options = options
    this.#shipper = new Shipper(worker, options, options.shipped)
  }

  /** Somebody took this worker for dead: its leases are gone, so it must admit nobody. */
  get fenced(): boolean {
    return this.#fenced
  }

  /** Ships all that is durable now; one run at a time. */
  async ship(): Promise<void> {
    const { segment, offset } = this.#journal.durable
    // A run that has begun may have looked at the journal's end before this call.
    while (this.#running !== undefined) await this.#running
    const at = this.#shipper.position
    if (at.segment === segment && at.offset >= offset) return
    this.#running = this.#ship().finally(() => {
      this.#running = undefined
    })
    await this.#running
  }

  async #ship(): Promise<void> {
    await this.#shipper.recover()
    if (!(await this.#shipRecent())) await this.#shipFiles()
    await this.#deleteShipped()
  }

  /** Ships what is still in memory; false when the shipper has fallen so far behind that it must read the file. */
  async #shipRecent(): Promise<boolean> {
    const { recent } = this.#journal
    for (;;) {
      const { segment, offset, sequence } = this.#shipper.position
      const records = recent.after(sequence, recordsATurn)
      if (records === undefined) return false
      const isLast = records.length < recordsATurn
      this.#requireMine(await this.#shipper.shipRecords(records, isLast ? this.#journal.durable : { segment, offset }))
      recent.forget(this.#shipper.position.sequence)
      if (isLast) return true
      // Requests come between two transactions.
      await this.#options.machine.turn()
    }
  }

  async #shipFiles(): Promise<void> {
    for (;;) {
      const { segment, offset } = this.#shipper.position
      const durable = this.#journal.durable
      if (segment === durable.segment) {
        if (offset < durable.offset) await this.#shipTo(durable.offset)
        break
      }
      // Where the disk failed, a segment may never have come to be.
      if (this.#options.files.existsSync(this.#pathOf(segment))) await this.#shipTo(undefined)
      this.#shipper.nextSegment()
    }
    this.#journal.recent.forget(this.#shipper.position.sequence)
  }

  async #shipTo(limit: number | undefined): Promise<void> {
    this.#requireMine(await this.#shipper.shipSegment(limit))
  }

  #requireMine(mine: boolean): void {
    if (mine) return
    this.#fenced = true
    throw new Error(`worker ${this.#shipper.worker} was taken for dead while it lives; restart it`)
  }

  /** Segments before the one that is being shipped; not before the database is safe against a power loss. */
  async #deleteShipped(): Promise<void> {
    const { segment } = this.#shipper.position
    if (this.#oldestFile === segment || !(await this.#options.store.flush())) return
    for (; this.#oldestFile < segment; this.#oldestFile += 1) {
      await this.#options.files.rm(this.#pathOf(this.#oldestFile), { force: true })
    }
  }

  #pathOf(segment: number): string {
    return join(this.#options.directory, segmentName(this.#shipper.worker, segment))
  }
}
