import { readFile, writeFile } from 'node:fs/promises'

/** How much larger than now a process and its children get while `work` runs (Linux). */
export async function growthMb(pid: number, work: () => Promise<void>): Promise<number> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')
  const pids = [pid, ...children.split(' ').filter(Boolean).map(Number)]
  // 5: the peak begins anew at the present size (proc(5), clear_refs).
  await Promise.all(pids.map((one) => writeFile(`/proc/${one}/clear_refs`, '5')))
  const before = await sum(pids)
  await work()
  return ((await sum(pids)) - before) / 1e6
}

async function sum(pids: readonly number[]): Promise<number> {
  const peaks = await Promise.all(pids.map(peakOf))
  return peaks.reduce((total, bytes) => total + bytes, 0)
}

async function peakOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024
}

/** A body of 200 MB that went through a process whole would grow it by more; allocators keep some tens of MB either way. */
export const mostGrownMb = 100
