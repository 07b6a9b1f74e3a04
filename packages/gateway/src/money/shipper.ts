import type { DueReset, JournalPosition, LeaseState, Settlement, Shipment, ShipResult } from '../store/index.ts'
import type { JournalRecord, OpenedAttempt, SettledAttempt } from './journal-format.ts'
import { type JournalChunk, type JournalFolder, readChunk } from './journal-reader.ts'
import { resetBudget, type ResetOptions } from './resets.ts'

/** Rows of one transaction: about 2 ms of the event loop. */
const maxRows = 100

export interface ShipperOptions extends ResetOptions, JournalFolder {}

/** What a shipper tells the leases of the worker that it ships for. */
export type Shipped = (spent: ReadonlyMap<string, number>, states: readonly LeaseState[]) => void

/** Where a shipment ends, and what it takes from which budgets' leases. */
interface Sent {
  readonly to: JournalPosition
  readonly spent: ReadonlyMap<string, number>
}

type Step =
  | { readonly sequence: number; readonly opened: OpenedAttempt }
  | { readonly sequence: number; readonly settled: SettledAttempt }

/** Moves one worker's journal into the ledger, each record once, whoever else tries the same. */
export class Shipper {
  readonly worker: string
  readonly #options: ShipperOptions
  readonly #shipped: Shipped
  /** Attempts that are open where the shipper stands. */
  readonly open = new Map<string, OpenedAttempt>()
  #position: JournalPosition = { segment: 1, offset: 0, sequence: 0 }
  /** Sent, and no answer came: the store may have taken it over or not. */
  #unanswered: Sent | undefined
  constructor(worker: string, options: ShipperOptions, shipped: Shipped) {
    this.worker = worker
    this.#options = options
    this.#shipped = shipped
  }

  get position(): JournalPosition {
    return this.#position
  }

  /** Starts at a segment's begin. What is shipped already is read again for the attempts that it left open. */
  startAt(segment: number, shippedSequence: number): void {
    this.#position = { segment, offset: 0, sequence: shippedSequence }
  }

  /** Ships one segment up to `limit`; false when another shipper is ahead. */
  async shipSegment(limit?: number): Promise<boolean> {
    for (;;) {
      const { files, directory } = this.#options
      const source = { files, directory, worker: this.worker }
      const chunk = await readChunk(source, this.#position, limit)
      if (!(await this.#shipChunk(chunk))) return false
      if (chunk.atEnd) return true
    }
  }

  /** Ships records that are known without reading the journal; the last of them ends at `to`. */
  shipRecords(records: readonly JournalRecord[], to: JournalChunk['to']): Promise<boolean> {
    return this.#shipChunk({ records, unreadable: [], to })
  }

  /** Finds out what became of a shipment without an answer. */
  async recover(): Promise<void> {
    const sent = this.#unanswered
    if (sent === undefined) return
    const position = await this.#options.store.workers.position(this.worker)
    if (position?.sequence === sent.to.sequence) await this.#acceptUnanswered(sent)
    this.#unanswered = undefined
  }

  nextSegment(): void {
    this.#position = { segment: this.#position.segment + 1, offset: 0, sequence: this.#position.sequence }
  }

  /** Brings periods that are over up to date. */
  async reset(due: readonly DueReset[]): Promise<void> {
    for (const entry of due) await resetBudget(entry, this.#options)
  }

  async #shipChunk(chunk: Omit<JournalChunk, 'atEnd'>): Promise<boolean> {
    const steps = this.#newSteps(chunk)
    let unreadable = chunk.unreadable
    for (let at = 0; at < steps.length || unreadable.length > 0;) {
      const part = takeRows(steps, at)
      at += part.length
      const sequence = part.at(-1)?.sequence ?? this.#position.sequence
      const to = at === steps.length ? { ...chunk.to, sequence } : { ...this.#position, sequence }
      if (!(await this.#ship(part, to, unreadable))) return false
      unreadable = []
    }
    this.#position = { ...chunk.to, sequence: this.#position.sequence }
    return true
  }

  /** The records that are not shipped yet. A batch that had to be written again stands in the journal twice. */
  #newSteps(chunk: Pick<JournalChunk, 'records'>): readonly Step[] {
    const steps: Step[] = []
    let last = this.#position.sequence
    for (const record of chunk.records) {
      const opened = 'carried' in record ? record.carried : record.entry.kind === 'open' ? record.entry : undefined
      if (opened !== undefined) this.open.set(opened.id, opened)
      if ('carried' in record) continue
      if (record.entry.kind === 'settled') this.open.delete(record.entry.row.id)
      if (record.sequence <= last) continue
      last = record.sequence
      const { entry, sequence } = record
      steps.push(entry.kind === 'open' ? { sequence, opened: entry } : { sequence, settled: entry })
    }
    return steps
  }

  async #ship(part: readonly Step[], to: JournalPosition, unreadable: JournalChunk['unreadable']): Promise<boolean> {
    const settlements: Settlement[] = []
    const spent = new Map<string, number>()
    let attempts = 0
    let permits = 0
    for (const step of part) {
      if ('opened' in step) {
        attempts += 1
        if (step.opened.facts.attempt === 1) permits += 1
        continue
      }
      const { row, charges, leased, opened } = step.settled
      if (opened) {
        attempts += 1
        if (row.attempt === 1) permits += 1
      }
      settlements.push({ sequence: step.sequence, row, charges, leased })
      for (const id of leased) spent.set(id, (spent.get(id) ?? 0) + row.spendNano)
    }
    const letters = unreadable.map(({ segment, offset, error, text }) => ({
      worker: this.worker,
      segment,
      offset,
      error,
      record: text,
    }))
    const { worker } = this
    const shipment = { worker, from: this.#position, to, settlements, attempts, permits, unreadable: letters }
    const sent = { to, spent }
    this.#unanswered = sent
    const result = await this.#send(shipment)
    if (result.kind === 'shipped') {
      this.#unanswered = undefined
      this.#position = to
      this.#shipped(spent, result.leases)
      return true
    }
    // A store that got it twice answers the second time that it has it.
    const isOurs = result.kind === 'behind' && result.position?.sequence === to.sequence
    if (isOurs) await this.#acceptUnanswered(sent)
    this.#unanswered = undefined
    return isOurs
  }

  async #acceptUnanswered({ to, spent }: Sent): Promise<void> {
    const { budgets } = this.#options.store
    const asks = [...spent.keys()].map((budgetId) => budgets.giveBack({ budgetId, owner: this.worker, amount: 0 }))
    const leases = await Promise.all(asks)
    this.#position = to
    this.#shipped(spent, leases)
  }

  async #send(shipment: Omit<Shipment, 'now'>): Promise<ShipResult> {
    const { store, clock } = this.#options
    for (;;) {
      const result = await store.ledger.ship({ ...shipment, now: clock() })
      if (result.kind !== 'due') return result
      await this.reset(result.due)
    }
  }
}

/** The steps from `at` on, up to a hundred rows. */
function takeRows(steps: readonly Step[], at: number): readonly Step[] {
  let rows = 0
  let end = at
  while (end < steps.length && rows < maxRows) {
    const step = steps[end]
    if (step !== undefined && 'settled' in step) rows += 1
    end += 1
  }
  return steps.slice(at, end)
}
