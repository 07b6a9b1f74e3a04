import type { LoadPlan } from '../load-plan.ts'
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
    for (const kind of kinds) figures.push(...(await measureKind(bench, kind)))
    figures.push({ topic: 'cpu', name: 'memory after the load', value: rssMb(bench.pid), unit: 'MB' })
  } finally {
    await bench.close()
  }
  return figures
}

async function measureKind(bench: Bench, { name, body, clients }: (typeof kinds)[number]): Promise<readonly Figure[]> {
  const { gateway, key, isPinned } = bench
  const plan = { mode: 'closed', url: `${gateway.url}/v1/chat/completions`, key, body, clients, seconds } as const
  await runLoad({ ...plan, seconds: 2 }, otherCore)
  const call = await saturate(bench, plan)
  // The least that a reply of this server costs, under the same load of the machine.
  const floor = await saturate(bench, { ...plan, url: `${gateway.url}/no-such-route`, seconds: 2 })
  const note = `${clients} clients, ${call.failures} failures, ${isPinned ? 'pinned' : 'not pinned'}`
  return [
    {
      topic: 'cpu',
      name: `CPU for ${name}`,
      value: call.micros,
      unit: 'µs',
      against: { name: 'a 404', value: floor.micros },
      note,
    },
    { topic: 'cpu', name: `rate of ${name}`, value: call.rate, unit: '/s', against: { name: 'a 404', value: floor.rate }, note },
  ]
}

interface Saturated {
  readonly micros: number
  readonly rate: number
  readonly failures: number
}

async function saturate({ pid }: Bench, plan: LoadPlan): Promise<Saturated> {
  const before = cpuMicros(pid)
  const { requests, failures, seconds: took } = await runLoad(plan, otherCore)
  return { micros: (cpuMicros(pid) - before) / requests, rate: requests / took, failures }
}
