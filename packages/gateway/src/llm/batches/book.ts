import type { Gateway } from '../../gateway.ts'
import type { StoredBatch } from '../../store/index.ts'
import { isOver, readRecord, withState, type BatchRecord } from './record.ts'
import { ResultFile } from './result-file.ts'

/** How often what the client sees, and a wish to end, are compared with the store. */
const saveMs = 500

export interface BookParts {
  readonly gateway: Gateway
  readonly worker: string
  readonly stored: StoredBatch
  /** This worker leaves: nothing is begun any more. */
  readonly leaving: AbortSignal
  /** It has left: what still runs is cut off. */
  readonly cut: AbortSignal
}

/** Where the lines go that clients get, and the rows that have one already. */
export interface Results {
  readonly output: ResultFile
  readonly errors: ResultFile
  readonly done: ReadonlySet<string>
}

/** What one worker knows and keeps of a batch while it has it. */
export class BatchBook {
  readonly gateway: Gateway
  readonly id: string
  readonly owner: string
  readonly createdMs: number
  readonly leaving: AbortSignal
  readonly cut: AbortSignal
  /** No rows are begun any more: the batch is cancelled or somebody else's, or this worker leaves. */
  readonly ending: AbortSignal
  readonly #worker: string
  readonly #stop = new AbortController()
  #record: BatchRecord
  #isCancelled: boolean
  #isLost = false

  constructor({ gateway, worker, stored, leaving, cut }: BookParts) {
    this.gateway = gateway
    this.id = stored.id
    this.owner = stored.owner
    this.createdMs = stored.createdAt
    this.leaving = leaving
    this.cut = cut
    this.#worker = worker
    this.ending = AbortSignal.any([this.#stop.signal, leaving])
    this.#record = readRecord(stored)
    this.#isCancelled = stored.isCancelled
    if (this.#isCancelled) this.#stop.abort()
  }

  get record(): BatchRecord {
    return this.#record
  }

  get isCancelled(): boolean {
    return this.#isCancelled
  }

  /** Somebody else goes on with it, now or soon. */
  get isLost(): boolean {
    return this.#isLost || this.leaving.aborted
  }

  change(changes: Partial<BatchRecord>): void {
    this.#record = { ...this.#record, ...changes }
  }

  count(counts: Partial<BatchRecord['counts']>): void {
    this.change({ counts: { ...this.#record.counts, ...counts } })
  }

  answered(): void {
    this.count({ completed: this.#record.counts.completed + 1 })
  }

  refused(): void {
    this.count({ failed: this.#record.counts.failed + 1 })
  }

  async enter(state: BatchRecord['state']): Promise<void> {
    this.#record = withState(this.#record, state)
    await this.save()
  }

  async save(): Promise<void> {
    const body = JSON.stringify(this.#record)
    const saved = await this.gateway.store.batches.save(this.#worker, { id: this.id, body, isOpen: !isOver(this.#record) })
    this.#isLost ||= saved === undefined
    if (!this.#isCancelled && saved?.isCancelled === true) {
      this.#isCancelled = true
      this.change({ times: { ...this.#record.times, cancelling: Date.now() } })
    }
    if (this.#isLost || this.#isCancelled) this.#stop.abort()
  }

  /** Opens the result files for `work`, and keeps the store up to date meanwhile. */
  async withResults(work: (results: Results) => Promise<void>): Promise<void> {
    const { outputFile, errorFile } = this.#record
    const output = await this.#open(outputFile, 'output')
    const errors = await this.#open(errorFile, 'errors')
    this.count({ completed: output.ids.length, failed: errors.ids.length })
    const saving = setInterval(() => void this.#saveSoon(), saveMs)
    try {
      await work({ output: output.file, errors: errors.file, done: new Set([...output.ids, ...errors.ids]) })
    } finally {
      clearInterval(saving)
      await output.file.close()
      await errors.file.close()
    }
  }

  /** A row that was not run in time. */
  expired(): void {
    this.change({ expired: this.#record.expired + 1 })
    this.refused()
  }

  /** The end: the client hears of the files. */
  async finish({ output, errors }: Results): Promise<void> {
    const { outputFile, errorFile, counts, expired } = this.#record
    const expiresAt = Date.now() + this.gateway.snapshot.config.switchyard.kept.keepMs
    await this.gateway.shelf.begin({ ...this.#file(outputFile, 'output'), bytes: output.bytes, expiresAt })
    await this.gateway.shelf.begin({ ...this.#file(errorFile, 'errors'), bytes: errors.bytes, expiresAt })
    const isWhole = counts.completed + counts.failed >= counts.total
    this.change({ hasOutput: output.bytes > 0, hasErrors: errors.bytes > 0 })
    await this.enter(this.#isCancelled && !isWhole ? 'cancelled' : expired > 0 ? 'expired' : 'completed')
  }

  async #open(id: string, what: string): ReturnType<typeof ResultFile.open> {
    const { shelf, snapshot } = this.gateway
    if ((await shelf.get(id)) === undefined) {
      const { keepMs } = snapshot.config.switchyard.kept
      const expiresAt = Math.max(Date.now(), this.#record.expiresMs) + keepMs
      await shelf.begin({ ...this.#file(id, what), bytes: 0, expiresAt })
    }
    return ResultFile.open(shelf.pathOf(id))
  }

  #file(id: string, what: string) {
    const names = { filename: `${this.id}_${what}.jsonl`, contentType: 'application/jsonl', purpose: 'batch_output' }
    return { id, owner: this.owner, ...names, createdAt: Date.now() }
  }

  async #saveSoon(): Promise<void> {
    try {
      await this.save()
    } catch (error) {
      this.gateway.log.warn('the state of a batch could not be saved; it is tried again', { batch: this.id, error })
    }
  }
}
