import { join } from 'node:path'
import { rowId, type Settlement, type Worker } from '../store/index.ts'
import { type OpenedAttempt, segmentName } from './journal-format.ts'
import { listSegments, SegmentGone, syncSegment } from './journal-reader.ts'
import type { Locks } from './machine.ts'
import { lostOutcome } from './permit.ts'
import type { LostPolicy } from './permits.ts'
import { Shipper, type ShipperOptions } from './shipper.ts'

const batchRows = 100

export interface AdoptionOptions extends ShipperOptions {
  readonly self: string
  readonly lost: LostPolicy
  readonly leaseMs: number
  readonly locks: Locks
}

/**
 * Winds up dead workers: ships what their journals hold, makes `lost` rows of the attempts that they left open, and only
 * then frees their leases, so that money which was spent is never taken for free. Every step may be repeated, and several
 * workers may do it at once. Answers how many were wound up.
 */
export async function adoptDeadWorkers(options: AdoptionOptions): Promise<number> {
  let adopted = 0
  for (const worker of await options.store.workers.list()) {
    if (worker.id === options.self || !isDead(worker, options)) continue
    if (await adopt(worker, options)) adopted += 1
  }
  return adopted
}

/** A worker whose lock this machine does not know is dead when its leases would have run out. */
function isDead(worker: Worker, { directory, leaseMs, clock, locks }: AdoptionOptions): boolean {
  if (worker.state === 'gone') return true
  const lock = locks.state(directory, worker.id)
  return lock === 'free' || (lock === 'missing' && worker.heartbeatAt + leaseMs < clock())
}

/** Also how a worker leaves: it adopts itself once its journal is closed. */
export async function adopt(worker: Pick<Worker, 'id'>, options: AdoptionOptions): Promise<boolean> {
  const { store, directory, files, locks } = options
  const segments = (await listSegments(options)).get(worker.id) ?? []
  const shipper = new Shipper(worker.id, options, () => undefined)
  if (!(await shipAll(shipper, segments, options))) return false
  await shipLost(shipper, options)
  await store.workers.retire(worker.id)
  // Until the database is safe against a power loss, the files are the only proof; the next round comes back for them.
  if (!(await store.flush())) return true
  for (const segment of segments) await files.rm(join(directory, segmentName(worker.id, segment)), { force: true })
  await locks.remove(directory, worker.id)
  await store.workers.forget(worker.id)
  return true
}

async function shipAll(shipper: Shipper, segments: readonly number[], options: AdoptionOptions): Promise<boolean> {
  const { store, files, directory } = options
  const position = await store.workers.position(shipper.worker)
  if (position === undefined) return false
  try {
    for (const segment of segments) {
      // The ledger must not count what a power loss can still take from the file.
      await syncSegment({ files, directory, worker: shipper.worker }, segment)
      const sequence = segment === segments[0] ? position.sequence : shipper.position.sequence
      shipper.startAt(segment, sequence)
      if (!(await shipper.shipSegment())) return false
    }
    return true
  } catch (error) {
    // Another worker is winding it up too, and is further.
    if (error instanceof SegmentGone) return false
    throw error
  }
}

async function shipLost(shipper: Shipper, options: AdoptionOptions): Promise<void> {
  const lost = [...shipper.open.values()].map((opened) => lostSettlement(opened, options))
  for (let at = 0; at < lost.length;) {
    const batch = lost.slice(at, at + batchRows)
    const result = await options.store.ledger.shipLost({ worker: shipper.worker, now: options.clock(), settlements: batch })
    if (result.kind === 'due') await shipper.reset(result.due)
    else at += batch.length
  }
}

function lostSettlement(opened: OpenedAttempt, { lost, clock }: AdoptionOptions): Settlement {
  const { facts, payer, charges, reservedNano } = opened
  const outcome = lostOutcome(clock(), lost === 'reserved' ? reservedNano : 0)
  const row = { id: rowId(facts.requestId, facts.attempt), ...facts, ...payer, ...outcome }
  return { sequence: 0, row, charges, leased: [] }
}
