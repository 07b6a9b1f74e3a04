import { cpuMicros, rssMb, runLoad } from '../processes.ts'
import type { Figure } from '../report.ts'
import { bodyOf, openBench, otherCore, type Bench } from '../setup.ts'

const kinds = [
  { name: 'a plain request', body: bodyOf('chat', false), clients: 64 },
  { name: 'a relayed stream of 60 chunks', body: bodyOf('chat', true), clients: 32 },
  { name: 'a translated stream of 60 chunks (chat ← messages)', body: bodyOf('claude', true), clients: 32 },
]

const seconds = 5

/** CPU time of the gateway's process for each call, at saturation. */
export async function measureCpu(): Promise<readonly Figure[]> {
  const bench = await openBench()
  const figures: Figure[] = [{ topic: 'cpu', name: 'memory at rest', value: rssMb(bench.pid), unit: 'MB' }]
  try {
    for (const { name, body, clients } of kinds) figures.push(...(await measureKind(bench, { name, body, clients })))
    figures.push({ topic: 'cpu', name: 'memory after the load', value: rssMb(bench.pid), unit: 'MB' })
  } finally {
    await bench.close()
  }
  return figures
}

async function measureKind(bench: Bench, kind: (typeof kinds)[number]): Promise<readonly Figure[]> {
  const { gateway, key, pid, isPinned } = bench
  const plan = { mode: 'closed', url: `${gateway.url}/v1/chat/completions`, key, body: kind.body, clients: kind.clients } as const
  await runLoad({ ...plan, seconds: 2 }, otherCore)
  const before = cpuMicros(pid)
  const { requests, failures, seconds: took } = await runLoad({ ...plan, seconds }, otherCore)
  const micros = (cpuMicros(pid) - before) / requests
  const note = `${kind.clients} clients, ${failures} failures, ${isPinned ? 'pinned' : 'not pinned'}`
  return [
    { topic: 'cpu', name: `CPU for ${kind.name}`, value: micros, unit: 'µs', note },
    { topic: 'cpu', name: `rate of ${kind.name}`, value: requests / took, unit: '/s', note },
  ]
}
