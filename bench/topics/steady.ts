import { rssMb, runLoad } from '../processes.ts'
import type { Figure } from '../report.ts'
import { bodyOf, openBench, otherCore } from '../setup.ts'

const requests = 200_000
const clients = 64
const sliceSeconds = 5
const warmUp = 20_000
const barPercent = 10

/** Memory of the gateway over very many plain requests, after the first of them. */
export async function measureSteady(): Promise<readonly Figure[]> {
  const bench = await openBench()
  const url = `${bench.gateway.url}/v1/chat/completions`
  const plan = { mode: 'closed', url, key: bench.key, body: bodyOf('chat', false), clients, seconds: sliceSeconds } as const
  const samples: number[] = []
  let made = 0
  let failures = 0
  try {
    while (made < warmUp + requests) {
      const slice = await runLoad(plan, otherCore)
      made += slice.requests
      failures += slice.failures
      if (made >= warmUp) samples.push(rssMb(bench.pid))
    }
  } finally {
    await bench.close()
  }
  const first = samples[0] ?? Number.NaN
  const percentOf = (value: number): string => `${(((value - first) / first) * 100).toFixed(1)} %`
  const range = `${percentOf(Math.min(...samples))} to ${percentOf(Math.max(...samples))}`
  return [
    {
      topic: 'steady',
      name: `memory after ${made - warmUp} more plain requests`,
      value: samples.at(-1) ?? Number.NaN,
      unit: 'MiB',
      against: { name: `after the first ${warmUp}`, value: first },
      note: `${range} between (bar ± ${barPercent} %), ${samples.length} samples, ${failures} failures`,
    },
  ]
}
