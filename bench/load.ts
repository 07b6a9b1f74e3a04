// The load generator, in a process of its own. Reads one plan as JSON from its argument, prints one result as JSON.
import type { LoadPlan, LoadResult } from './load-plan.ts'

const plan: LoadPlan = JSON.parse(process.argv[2] ?? '{}')
const latenciesMs: number[] = []
const firstMs: number[] = []
const deadlineMs = plan.deadlineMs ?? Number.POSITIVE_INFINITY
let failures = 0
let refused = 0
let late = 0

async function once(plannedMs: number, isCounted = true): Promise<void> {
  let status = 0
  try {
    const reply = await fetch(plan.url, {
      method: 'POST',
      headers: { authorization: `Bearer ${plan.key}`, 'content-type': 'application/json' },
      body: plan.body,
    })
    if (plan.firstMark === undefined || reply.body === null) await reply.arrayBuffer()
    else await readMarked(reply.body, plan.firstMark, plannedMs)
    status = reply.status
  } catch {
    status = 0
  }
  if (!isCounted) return
  const tookMs = performance.now() - plannedMs
  if (status !== 200) failures++
  if (status === 503) refused++
  if (status === 200 && tookMs > deadlineMs) late++
  latenciesMs.push(tookMs)
}

/** Reads to the end; a mark that two pieces share is found in the next event like it. */
async function readMarked(body: ReadableStream<Uint8Array>, mark: string, plannedMs: number): Promise<void> {
  let isFound = false
  for await (const piece of body) {
    if (isFound || !Buffer.from(piece).includes(mark)) continue
    isFound = true
    firstMs.push(performance.now() - plannedMs)
  }
}

/** Requests leave when the clock says so, whatever came of the ones before; latency counts from the planned moment. */
async function open(rate: number, seconds: number, uncountedSeconds: number): Promise<void> {
  const startMs = performance.now()
  const total = rate * seconds
  const running: Promise<void>[] = []
  for (let sent = 0; sent < total;) {
    const due = Math.min(total, Math.floor(((performance.now() - startMs) / 1000) * rate) + 1)
    for (; sent < due; sent++) running.push(once(startMs + (sent / rate) * 1000, sent >= rate * uncountedSeconds))
    await new Promise((resolve) => setTimeout(resolve, 0.5))
  }
  await Promise.all(running)
}

/** As many as can be: each of so many clients asks again at once. */
async function closed(clients: number, seconds: number): Promise<void> {
  const endMs = performance.now() + seconds * 1000
  const client = async (): Promise<void> => {
    while (performance.now() < endMs) await once(performance.now())
  }
  await Promise.all(Array.from({ length: clients }, client))
}

const startMs = performance.now()
await (plan.mode === 'open' ? open(plan.rate, plan.seconds, plan.uncountedSeconds ?? 0) : closed(plan.clients, plan.seconds))
const seconds = (performance.now() - startMs) / 1000
const result: LoadResult = { requests: latenciesMs.length, failures, refused, late, seconds, latenciesMs, firstMs }
console.log(JSON.stringify(result))
