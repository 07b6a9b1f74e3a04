import { isObject, parseJson } from '@switchyard/wire'
import { crc32 } from 'node:zlib'
import type { AttemptFacts, LedgerRow, Payer } from '../store/index.ts'

/** An attempt that is about to reach a provider. */
export interface OpenedAttempt {
  readonly kind: 'open'
  readonly id: string
  readonly facts: AttemptFacts
  readonly payer: Payer
  readonly reservedNano: number
  readonly charges: readonly string[]
}

/** How an attempt ended, and which budgets pay for it. */
export interface SettledAttempt {
  readonly kind: 'settled'
  readonly row: LedgerRow
  readonly charges: readonly string[]
  readonly leased: readonly string[]
  /** It was over before its opening was written: this record says both. */
  readonly opened?: true
}

/** What is written; a `carried` attempt is one still open when its segment was full, repeated at the next one's head. */
export type JournalEntry = OpenedAttempt | SettledAttempt
export type JournalRecord = { readonly sequence: number; readonly entry: JournalEntry } | { readonly carried: OpenedAttempt }

/** `<crc32 of the rest, 8 hex digits> <JSON>\n`: a line that was cut or overwritten does not check. */
export function encodeRecord(record: JournalRecord): string {
  const json = JSON.stringify(record)
  return `${crc32(json).toString(16).padStart(8, '0')} ${json}\n`
}

const isEntry = (value: unknown): value is JournalEntry =>
  isObject(value) &&
  Array.isArray(value['charges']) &&
  ((value['kind'] === 'open' && typeof value['id'] === 'string') || (value['kind'] === 'settled' && isObject(value['row'])))

const isRecord = (value: unknown): value is JournalRecord =>
  isObject(value) &&
  ((typeof value['sequence'] === 'number' && isEntry(value['entry'])) ||
    (isEntry(value['carried']) && value['carried'].kind === 'open'))

/** The record of one line (without its end), or `undefined` when it is not what was written. */
export function decodeRecord(line: Buffer): JournalRecord | undefined {
  if (line.length < 10 || line[8] !== 0x20) return undefined
  const json = line.subarray(9)
  if (Number.parseInt(line.toString('latin1', 0, 8), 16) !== crc32(json)) return undefined
  const record = parseJson(json.toString('utf8'))
  return isRecord(record) ? completed(record) : undefined
}

/** Older journals (until 2026-11-22) do not say what the provider answered. */
function completed(record: JournalRecord): JournalRecord {
  if (!('entry' in record) || record.entry.kind !== 'settled' || 'upstreamStatus' in record.entry.row) return record
  const row: LedgerRow = record.entry.row
  return { ...record, entry: { ...record.entry, row: { ...row, upstreamStatus: null } } }
}

export const segmentName = (worker: string, segment: number): string => `${worker}.${String(segment).padStart(6, '0')}.journal`

/** The worker and segment that a file name tells, or `undefined` for another file. */
export function parseSegmentName(name: string): { readonly worker: string; readonly segment: number } | undefined {
  const match = /^(.+)\.(\d{6,})\.journal$/.exec(name)
  const [, worker, segment] = match ?? []
  return worker === undefined || segment === undefined ? undefined : { worker, segment: Number(segment) }
}
