import { readdirSync, readlinkSync } from 'node:fs'
import { childrenOf, rssMb } from '../../bench/processes.ts'
import type { Point } from './trend.ts'

/** What one server process held over time, read from /proc while it runs. */
export class Gauge {
  readonly pid: number
  readonly rssMb: Point[] = []
  readonly files: Point[] = []
  readonly sockets: Point[] = []

  constructor(pid: number) {
    this.pid = pid
  }

  read(atMs: number): void {
    const { files, sockets } = descriptorsOf(this.pid)
    this.rssMb.push({ atMs, value: rssMb(this.pid) })
    this.files.push({ atMs, value: files })
    this.sockets.push({ atMs, value: sockets })
  }
}

/** The processes that serve: the launcher's child, or the children of that one, the supervisor. */
export function serversOf(launcher: number, workers: number): readonly number[] {
  const [first] = childrenOf(launcher)
  if (first === undefined) throw new Error(`process ${launcher} has no child`)
  const pids = workers === 1 ? [first] : childrenOf(first)
  if (pids.length !== workers) throw new Error(`${pids.length} of ${workers} workers are there`)
  return pids
}

function descriptorsOf(pid: number): { readonly files: number; readonly sockets: number } {
  const targets = readdirSync(`/proc/${pid}/fd`).flatMap((name) => targetOf(`/proc/${pid}/fd/${name}`))
  const sockets = targets.filter((target) => target.startsWith('socket:')).length
  return { files: targets.length - sockets, sockets }
}

/** None for a descriptor that was closed since it was listed. */
function targetOf(link: string): readonly string[] {
  try {
    return [readlinkSync(link)]
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
}
