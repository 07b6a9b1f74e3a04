import { join } from 'node:path'
import type { JournalPosition } from '../store/index.ts'
import { decodeRecord, type JournalRecord, parseSegmentName, segmentName } from './journal-format.ts'
import type { DataFile, Files } from './machine.ts'

/** A record that cannot be read although good ones follow it: the disk has changed what was written. */
export interface UnreadableLine {
  readonly segment: number
  readonly offset: number
  readonly error: string
  readonly text: string
}

export interface JournalChunk {
  readonly records: readonly JournalRecord[]
  readonly unreadable: readonly UnreadableLine[]
  readonly to: { readonly segment: number; readonly offset: number }
  /** Nothing follows `to` in this segment (a torn tail is nothing). */
  readonly atEnd: boolean
}

/** The segment was deleted, which only happens when it is shipped: whoever reads it has been overtaken. */
export class SegmentGone extends Error {}

/** Enough for a hundred rows. */
const chunkBytes = 128 * 1024
const newline = 0x0a

/** A folder of journals, and how to read in it. */
export interface JournalFolder {
  readonly files: Files
  readonly directory: string
}

/** The segments of all workers in a journal folder, ascending. */
export async function listSegments({ files, directory }: JournalFolder): Promise<ReadonlyMap<string, readonly number[]>> {
  const segments = new Map<string, number[]>()
  for (const name of await files.readdir(directory)) {
    const parsed = parseSegmentName(name)
    if (parsed === undefined) continue
    const list = segments.get(parsed.worker)
    if (list === undefined) segments.set(parsed.worker, [parsed.segment])
    else list.push(parsed.segment)
  }
  for (const list of segments.values()) list.sort((a, b) => a - b)
  return segments
}

/**
 * Reads on from a position, about a hundred rows. `limit` is the end of what may be read. Bad lines at the very end of a
 * segment are a torn write that nobody was told to be durable; before a good line they are damage.
 */
export async function readChunk(
  source: JournalFolder & { readonly worker: string },
  from: Pick<JournalPosition, 'segment' | 'offset'>,
  limit = Number.MAX_SAFE_INTEGER,
): Promise<JournalChunk> {
  const path = join(source.directory, segmentName(source.worker, from.segment))
  for (let size = chunkBytes; ; size *= 2) {
    const bytes = await readBytes(await openSegment(path, source.files), from.offset, Math.min(size, limit - from.offset))
    const atEnd = bytes.length < size
    const chunk = parseLines(bytes, from)
    // Without one good line the chunk says nothing yet: a long record, or a damaged stretch.
    if (chunk.records.length > 0 || atEnd) return { ...chunk, atEnd }
  }
}

/** Makes all that is in a segment durable: who wrote it may have died before that. */
export async function syncSegment(
  { files, directory, worker }: JournalFolder & { readonly worker: string },
  segment: number,
): Promise<void> {
  const file = await openSegment(join(directory, segmentName(worker, segment)), files, 'r+')
  try {
    await file.datasync()
  } finally {
    await file.close()
  }
}

async function openSegment(path: string, files: Files, flags: 'r' | 'r+' = 'r'): Promise<DataFile> {
  try {
    return await files.open(path, flags)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') throw new SegmentGone(path, { cause: error })
    throw error
  }
}

async function readBytes(file: DataFile, offset: number, length: number): Promise<Buffer> {
  try {
    const buffer = Buffer.allocUnsafe(length)
    let filled = 0
    while (filled < length) {
      const { bytesRead } = await file.read(buffer, filled, length - filled, offset + filled)
      if (bytesRead === 0) break
      filled += bytesRead
    }
    return buffer.subarray(0, filled)
  } finally {
    await file.close()
  }
}

function parseLines(bytes: Buffer, from: Pick<JournalPosition, 'segment' | 'offset'>): Omit<JournalChunk, 'atEnd'> {
  const records: JournalRecord[] = []
  const unreadable: UnreadableLine[] = []
  let suspects: UnreadableLine[] = []
  let end = 0
  for (let at = 0; at < bytes.length;) {
    const stop = bytes.indexOf(newline, at)
    if (stop < 0) break
    const record = decodeRecord(bytes.subarray(at, stop))
    if (record === undefined) {
      const text = bytes.toString('latin1', at, Math.min(stop, at + 2000))
      suspects.push({ segment: from.segment, offset: from.offset + at, error: 'checksum mismatch', text })
    } else {
      unreadable.push(...suspects)
      suspects = []
      records.push(record)
      end = stop + 1
    }
    at = stop + 1
  }
  return { records, unreadable, to: { segment: from.segment, offset: from.offset + end } }
}
