import { fail, type GatewayError } from '@switchyard/wire'
import { join } from 'node:path'
import { CommitPace } from './commit-pace.ts'
import { encodeRecord, type JournalEntry, type OpenedAttempt, segmentName, type SettledAttempt } from './journal-format.ts'
import type { DataFile, Files, Machine, Stop } from './machine.ts'
import { type DurableRecord, RecentRecords } from './recent-records.ts'

/** `fdatasync` survives a power loss, `write` the death of the process. */
export type SyncMode = 'fdatasync' | 'write'

export interface JournalOptions {
  readonly directory: string
  readonly worker: string
  readonly sync: SyncMode
  readonly maxSegmentBytes: number
  /** Pause before a failing disk is tried again. */
  readonly retryMs: number
  readonly machine: Machine
}

interface Waiter {
  readonly resolve: () => void
  readonly reject: (error: GatewayError) => void
}

/** What is to be written. Its number and line it gets when it is written for the first time. */
interface Queued {
  entry: JournalEntry
  waiter: Waiter | undefined
  written: { readonly record: DurableRecord; readonly line: string } | undefined
}

/** An opening waits so long for a settlement to be written with: one that settles meanwhile needs no record of its own. */
const openingMs = 2

/**
 * A worker's append-only file of attempts, with group commit: whatever is appended while a batch is being written makes
 * the next batch. A record that could not be written is refused to its caller but kept, and written as soon as the disk
 * works again: then the money is accounted for after all.
 */
export class Journal {
  readonly #options: JournalOptions
  readonly recent = new RecentRecords()
  readonly #pace: CommitPace
  readonly #open = new Map<string, OpenedAttempt>()
  #queue: Queued[] = []
  /** The openings in the queue that were never written, by the attempt's id. */
  readonly #unwritten = new Map<string, Queued>()
  /** Settlements in the queue. */
  #urgent = 0
  /** Openings that are written, and that a power loss may still take. */
  #unsynced: Queued[] = []
  #file: DataFile | undefined
  #segment = 0
  #size = 0
  #sequence = 0
  #closed = false
  #draining: Promise<void> | undefined
  #failure: GatewayError | undefined
  #stopRetry: Stop | undefined
  #stopOpenings: Stop | undefined
  #durable = { segment: 1, offset: 0 }
  constructor(options: JournalOptions) {
    this.#options = options
    this.#pace = new CommitPace(options.machine)
  }

  /** The gateway must not call a provider while this is false. */
  get healthy(): boolean {
    return this.#failure === undefined
  }

  /** Up to where the shipper may read. */
  get durable(): { readonly segment: number; readonly offset: number } {
    return this.#durable
  }

  /** Resolves when the record is durable. */
  append(entry: JournalEntry): Promise<void> {
    if (this.#closed) return Promise.reject(fail('unavailable', 'This worker has shut down; its journal is closed.'))
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const failure = this.#failure
    if (failure !== undefined) reject(failure)
    this.#push(entry, failure === undefined ? { resolve, reject } : undefined)
    return promise
  }

  /** Writes soon; nobody waits. */
  appendLazy(entry: JournalEntry): void {
    if (this.#closed) throw fail('unavailable', 'This worker has shut down; its journal is closed.')
    this.#push(entry, undefined)
  }

  /** Writes what is queued and closes the file; throws when that is impossible. */
  async close(): Promise<void> {
    this.#closed = true
    this.#stopRetry?.()
    this.#stopOpenings?.()
    await this.#draining
    if (this.#queue.length > 0) await this.#drain('all')
    this.#stopRetry?.()
    await this.#syncOpenings()
    await this.#file?.close()
    this.#file = undefined
    if (this.#failure !== undefined) throw this.#failure
  }

  #push(entry: JournalEntry, waiter: Waiter | undefined): void {
    if (entry.kind === 'open') {
      const queued: Queued = { entry, waiter, written: undefined }
      this.#queue.push(queued)
      this.#unwritten.set(entry.id, queued)
    } else this.#pushSettled(entry, waiter)
    if (this.#failure !== undefined) return
    if (this.#urgent > 0) this.#draining ??= this.#drain('settlements')
    else this.#writeOpeningsSoon()
  }

  #pushSettled(entry: SettledAttempt, waiter: Waiter | undefined): void {
    this.#urgent += 1
    const opening = this.#unwritten.get(entry.row.id)
    if (opening === undefined) return void this.#queue.push({ entry, waiter, written: undefined })
    this.#unwritten.delete(entry.row.id)
    opening.entry = { ...entry, opened: true }
    opening.waiter = waiter
  }

  #writeOpeningsSoon(): void {
    this.#stopOpenings ??= this.#options.machine.after(openingMs, () => {
      this.#stopOpenings = undefined
      if (this.#failure === undefined) this.#draining ??= this.#drain('all')
    })
  }

  /** Writes until no settlement waits, or nothing at all. */
  async #drain(what: 'settlements' | 'all'): Promise<void> {
    // Everything that this turn of the event loop appends belongs to the first batch.
    await Promise.resolve()
    while (this.#urgent > 0 || (what === 'all' && this.#queue.length > 0)) {
      if (!this.#closed) await this.#pace.pause()
      const batch = this.#queue
      this.#queue = []
      this.#unwritten.clear()
      this.#urgent = 0
      try {
        await this.#write(batch)
      } catch (cause) {
        await this.#fail(batch, cause)
        break
      }
      this.#failure = undefined
      for (const { waiter } of batch) waiter?.resolve()
    }
    this.#draining = undefined
    if (this.#queue.length > 0 && this.#failure === undefined) this.#writeOpeningsSoon()
  }

  async #write(batch: readonly Queued[]): Promise<void> {
    let text = ''
    let settled = 0
    for (const queued of batch) {
      text += this.#lineOf(queued)
      if (queued.entry.kind === 'settled') settled++
    }
    const bytes = Buffer.from(text, 'utf8')
    const file = await this.#fileFor(bytes.length)
    await writeAll(file, bytes)
    this.#pace.committed(settled)
    this.#size += bytes.length
    if (this.#options.sync === 'fdatasync') {
      // Losing an opening alone to a power loss costs nothing, unless the ledger has counted it.
      if (settled === 0) return void this.#unsynced.push(...batch)
      await file.datasync()
    }
    this.#keep(batch)
  }

  #lineOf(queued: Queued): string {
    if (queued.written === undefined) {
      const record = { sequence: ++this.#sequence, entry: queued.entry }
      queued.written = { record, line: encodeRecord(record) }
    }
    return queued.written.line
  }

  /** All that is written is durable. */
  #keep(batch: readonly Queued[]): void {
    this.#durable = { segment: this.#segment, offset: this.#size }
    const kept = this.#unsynced.length === 0 ? batch : [...this.#unsynced, ...batch]
    this.#unsynced = []
    for (const { entry, written } of kept) {
      if (entry.kind === 'open') this.#open.set(entry.id, entry)
      else this.#open.delete(entry.row.id)
      if (written !== undefined) this.recent.add(written.record)
    }
  }

  async #syncOpenings(): Promise<void> {
    if (this.#unsynced.length === 0) return
    await this.#file?.datasync()
    this.#keep([])
  }

  async #fileFor(bytes: number): Promise<DataFile> {
    if (this.#file !== undefined && this.#size + bytes <= this.#options.maxSegmentBytes) return this.#file
    await this.#syncOpenings()
    await this.#file?.close()
    this.#file = undefined
    this.#segment += 1
    this.#size = 0
    const { directory, worker, machine } = this.#options
    const path = join(directory, segmentName(worker, this.#segment))
    const file = await machine.files.open(path, 'a', 0o600)
    // Kept at once, so that a failure below closes it.
    this.#file = file
    if (this.#options.sync === 'fdatasync') await syncDirectory(directory, machine.files)
    const carried = [...this.#open.values()].map((entry) => encodeRecord({ carried: entry })).join('')
    const head = Buffer.from(carried, 'utf8')
    await writeAll(file, head)
    this.#size = head.length
    return file
  }

  /** After a failed write the file's end is unknown, after a failed sync its pages are: go on in a new segment. */
  async #fail(batch: readonly Queued[], cause: unknown): Promise<void> {
    const failure = fail(
      'unavailable',
      'The ledger cannot be written, so the gateway does not call providers: check the space and health of the data disk.',
      { type: 'ledger_unavailable', code: '503', retryAfterMs: 1000 },
      { cause },
    )
    this.#failure = failure
    this.#queue = [...this.#unsynced, ...batch, ...this.#queue]
    this.#unsynced = []
    this.#urgent = 0
    for (const queued of this.#queue) {
      queued.waiter?.reject(failure)
      queued.waiter = undefined
      if (queued.entry.kind === 'settled') this.#urgent += 1
    }
    const file = this.#file
    this.#file = undefined
    try {
      await file?.close()
    } catch {
      // The descriptor is gone either way, and the failure above is what the operator needs to see.
    }
    const { machine, retryMs } = this.#options
    // Last of all: a retry that comes while this batch is still being given up would find nothing to do, and be the only one.
    this.#stopRetry = machine.after(retryMs, () => {
      this.#draining ??= this.#drain('all')
    })
  }
}

/** A file that is safe in a folder that is not is lost with it. Windows cannot open folders, and need not. */
async function syncDirectory(path: string, files: Files): Promise<void> {
  if (process.platform === 'win32') return
  const directory = await files.open(path, 'r')
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
}

async function writeAll(file: DataFile, bytes: Buffer): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, at, bytes.length - at)
    at += bytesWritten
  }
}
