import { fileURLToPath } from 'node:url'
import type { LoadPlan } from '../load-plan.ts'
import { rssMb, runLoad } from '../processes.ts'
import type { Figure } from '../report.ts'
import { bodyOf, openBench, otherCore, type Bench } from '../setup.ts'

const multiples = [1, 2, 5]
const clients = 32
const seconds = 10
/** A flood is told from a burst by then. */
const uncountedSeconds = 3
/** Short against the run, or what is answered after its end would count too much. */
const deadlineMs = 1000
const barPercent = 90

/** What is still answered in time when more is asked than can be done. The peak is that of this run: so many clients in turn. */
export async function measureOverload(): Promise<readonly Figure[]> {
  const bench = await openBench(fileURLToPath(new URL('../long-streams-provider.ts', import.meta.url)))
  const target = {
    url: `${bench.gateway.url}/v1/chat/completions`,
    key: bench.key,
    // Long streams that are translated: the gateway is at its end long before the load generator is.
    body: bodyOf('claude', true),
    seconds,
    deadlineMs,
  }
  const figures: Figure[] = []
  try {
    await runLoad({ ...target, mode: 'closed', clients, seconds: 4 }, otherCore)
    const closed = await runLoad({ ...target, mode: 'closed', clients }, otherCore)
    const peak = (closed.requests - closed.failures) / closed.seconds
    for (const multiple of multiples) figures.push(await overloaded(bench, target, peak, multiple))
  } finally {
    await bench.close()
  }
  return figures
}

type Target = Pick<LoadPlan, 'url' | 'key' | 'body' | 'seconds' | 'deadlineMs'>

async function overloaded({ pid }: Bench, target: Target, peak: number, multiple: number): Promise<Figure> {
  const rate = Math.round(peak * multiple)
  const { requests, failures, refused, late } = await runLoad({ ...target, mode: 'open', rate, uncountedSeconds }, otherCore)
  const good = (requests - failures - late) / (seconds - uncountedSeconds)
  const counts = `${refused} refused by 503, ${failures - refused} other failures, ${late} late, of ${requests}`
  return {
    topic: 'overload',
    name: `goodput at ${multiple} × the peak`,
    value: good,
    unit: '/s',
    against: { name: 'peak', value: peak },
    note: `${((good / peak) * 100).toFixed(0)} % (bar ${barPercent} %), within ${deadlineMs} ms, after the first ${uncountedSeconds} s; ${counts}; ${rssMb(pid).toFixed(0)} MiB after`,
  }
}
