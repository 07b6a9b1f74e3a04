import type { LoadPlan } from '../load-plan.ts'
import { runLoad } from '../processes.ts'
import { quantile, type Figure } from '../report.ts'
import { bodyOf, openBench, otherCore } from '../setup.ts'

const rate = 1000
const seconds = 3
const rounds = 5

type OpenPlan = Extract<LoadPlan, { readonly mode: 'open' }>

/** A direct call and one through the gateway, in turn, at the same rate: what the gateway adds to each quantile. */
export async function measureLatency(): Promise<readonly Figure[]> {
  const bench = await openBench()
  const plan = (origin: string, key: string): OpenPlan => ({
    mode: 'open',
    url: `${origin}/v1/chat/completions`,
    key,
    body: bodyOf('chat', false),
    rate,
    seconds,
  })
  const direct: number[] = []
  const through: number[] = []
  let failures = 0
  try {
    // The compiler's threads share the gateway's core until they are done.
    const { mode: _, rate: __, ...target } = plan(bench.gateway.url, bench.key)
    await runLoad({ ...target, mode: 'closed', clients: 32, seconds: 12 }, otherCore)
    for (let round = 0; round < rounds; round++) {
      direct.push(...(await runLoad(plan(bench.provider.origin, 'none'), otherCore)).latenciesMs)
      const own = await runLoad(plan(bench.gateway.url, bench.key), otherCore)
      through.push(...own.latenciesMs)
      failures += own.failures
    }
  } finally {
    await bench.close()
  }
  const note = `${rate}/s open loop, ${rounds} rounds in turn, ${failures} failures, ${bench.isPinned ? 'pinned' : 'not pinned'}`
  return [0.5, 0.95, 0.99].map((share) => ({
    topic: 'latency',
    name: `P${share * 100} through the gateway`,
    value: quantile(through, share),
    unit: 'ms',
    against: { name: 'direct', value: quantile(direct, share) },
    note,
  }))
}
