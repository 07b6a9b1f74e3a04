import { createHash } from 'node:crypto'

/**
 * The request id of one run of a row: always the same for the same row, so that whoever goes on with a batch finds in the ledger
 * what became of it. It looks like the other ones: a UUIDv7 of the time when the batch was made.
 */
export function rowRequestId({ batch, createdMs }: { batch: string; createdMs: number }, customId: string, run: number): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([batch, customId, run]))
    .digest()
  const time = createdMs.toString(16).padStart(12, '0')
  const bytes = Buffer.from(hash.subarray(0, 10))
  bytes[0] = 0x70 | ((bytes[0] ?? 0) & 0x0f)
  bytes[2] = 0x80 | ((bytes[2] ?? 0) & 0x3f)
  const tail = bytes.toString('hex')
  return `${time.slice(0, 8)}-${time.slice(8)}-${tail.slice(0, 4)}-${tail.slice(4, 8)}-${tail.slice(8)}`
}
