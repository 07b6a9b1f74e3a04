import { join } from 'node:path'
import type { JournalPosition, LedgerTotals, Store, Worker } from '../store/index.ts'
import type { JournalRecord } from './journal-format.ts'
import { type JournalFolder, listSegments, readChunk, SegmentGone } from './journal-reader.ts'
import { type Machine, realMachine } from './machine.ts'

export interface Audit {
  /** Requests that reached a provider: by the rows of their first attempts, shipped or not. */
  readonly requests: number
  /** The same by the openings that were journaled before the provider was called. */
  readonly permits: number
  /** Attempts that have a row, shipped or not. */
  readonly rows: number
  /** Attempts that the daily sums count. */
  readonly rollups: number
  /** Attempts whose provider may still be answering. */
  readonly open: number
  /** What does not add up, in attempts; must be 0 at any moment. */
  readonly gap: number
  readonly problems: readonly string[]
}

/** What a worker's journal holds beyond what is shipped, and what it has open. */
interface Tail {
  rows: number
  requests: number
  attempts: number
  permits: number
  open: number
  openRequests: number
}

const emptyTail = (): Tail => ({ rows: 0, requests: 0, attempts: 0, permits: 0, open: 0, openRequests: 0 })

const maxTries = 10
const pauseMs = 20

/**
 * Counts every attempt in four ways that must agree, while workers run: the store's counts and positions are one
 * consistent view, and beyond a position a journal is read as it is. What happens between the two readings (a segment
 * deleted, a dead worker wound up) looks like a gap once, so only one that stays is reported.
 */
export async function audit(store: Store, dataDir: string, machine: Machine = realMachine): Promise<Audit> {
  const folder = { files: machine.files, directory: join(dataDir, 'journal') }
  for (let tries = 1; ; tries += 1) {
    try {
      const result = await auditOnce(store, folder)
      if (result.gap === 0 || tries === maxTries) return result
    } catch (error) {
      if (!(error instanceof SegmentGone) || tries === maxTries) throw error
    }
    await machine.sleep(pauseMs)
  }
}

async function auditOnce(store: Store, folder: JournalFolder): Promise<Audit> {
  const before = await store.workers.list()
  const totals = await store.ledger.totals()
  const segments = await listSegments(folder)
  const problems: string[] = []
  const tail = emptyTail()
  for (const worker of segments.keys()) {
    if (!totals.positions.has(worker) && (await isUnknown(store, worker))) {
      problems.push(`journal of unknown worker ${worker}: was the database replaced?`)
    }
  }
  for (const [worker, position] of totals.positions) {
    if (!isLive(before, worker)) continue
    const list = segments.get(worker) ?? []
    const open = await addTail(tail, { ...folder, worker, segments: list }, position)
    await addOpen(tail, open, store)
    const isWhole = list.includes(position.segment) || (await store.workers.position(worker))?.sequence === position.sequence
    if (!isWhole) throw new SegmentGone(worker)
  }
  return summarize(totals, tail, problems)
}

function summarize(totals: LedgerTotals, tail: Tail, problems: string[]): Audit {
  const requests = totals.requests + tail.requests
  const permits = totals.permits + tail.permits
  const rows = totals.rows + tail.rows
  const attempts = totals.attempts + tail.attempts
  if (totals.rollupSpendNano !== totals.spendNano) {
    problems.push(`rollups say ${totals.rollupSpendNano} nano-USD, the ledger ${totals.spendNano}`)
  }
  for (const key of totals.unbalancedKeys) problems.push(`the spend of key ${key} is not the sum of its rollups`)
  for (const letter of totals.deadLetters) {
    problems.push(`unreadable record of worker ${letter.worker}, segment ${letter.segment}, at ${letter.offset}: ${letter.error}`)
  }
  const gap =
    Math.abs(permits - requests - tail.openRequests) +
    Math.abs(attempts - rows - tail.open) +
    Math.abs(totals.rows - totals.rollupRows)
  if (gap > 0) problems.push(`${gap} attempts do not add up`)
  return { requests, permits, rows, rollups: totals.rollupRows + tail.rows, open: tail.open, gap, problems }
}

const isLive = (workers: readonly Worker[], id: string): boolean =>
  workers.some((worker) => worker.id === id && worker.state === 'live')

/** A worker may have registered, or been wound up, since the counts were taken. */
async function isUnknown(store: Store, id: string): Promise<boolean> {
  const workers = await store.workers.list()
  return !workers.some((worker) => worker.id === id)
}

async function addTail(
  tail: Tail,
  source: JournalFolder & { readonly worker: string; readonly segments: readonly number[] },
  position: JournalPosition,
): Promise<ReadonlyMap<string, number>> {
  const open = new Map<string, number>()
  const settled = new Set<string>()
  let last = position.sequence
  for (const segment of source.segments) {
    let offset = 0
    for (;;) {
      const chunk = await readChunk(source, { segment, offset })
      for (const record of chunk.records) {
        countRecord(record, { tail, open, settled, shipped: last })
        if ('sequence' in record) last = Math.max(last, record.sequence)
      }
      offset = chunk.to.offset
      if (chunk.atEnd) break
    }
  }
  return open
}

/** Attempts without a row. A dead worker's have one from when it is made until the worker is retired. */
async function addOpen(tail: Tail, open: ReadonlyMap<string, number>, { ledger }: Store): Promise<void> {
  for (const [id, attempt] of open) {
    if ((await ledger.get(id)) !== undefined) continue
    tail.open += 1
    if (attempt === 1) tail.openRequests += 1
  }
}

/** Where the reading of one worker's journal stands. */
interface Reading {
  readonly tail: Tail
  readonly open: Map<string, number>
  /** What has ended. Behind a sync that failed it is carried all the same, until the batch is written again. */
  readonly settled: Set<string>
  readonly shipped: number
}

function countRecord(record: JournalRecord, { tail, open, settled, shipped }: Reading): void {
  if ('carried' in record) {
    if (!settled.has(record.carried.id)) open.set(record.carried.id, record.carried.facts.attempt)
    return
  }
  const { entry, sequence } = record
  const isNew = sequence > shipped
  if (entry.kind === 'open' || entry.opened) {
    const { id, attempt } = entry.kind === 'open' ? { id: entry.id, attempt: entry.facts.attempt } : entry.row
    open.set(id, attempt)
    if (isNew) tail.attempts += 1
    if (isNew && attempt === 1) tail.permits += 1
  }
  if (entry.kind === 'open') return
  settled.add(entry.row.id)
  // A settlement of what is not open replaces a `lost` row and adds none.
  if (!open.delete(entry.row.id) || !isNew) return
  tail.rows += 1
  if (entry.row.attempt === 1) tail.requests += 1
}
