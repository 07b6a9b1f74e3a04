import { setTimeout as sleep } from 'node:timers/promises'
import { rssMb, runLoad } from '../processes.ts'
import type { Figure } from '../report.ts'
import { slowWord } from '../serve-answers.ts'
import { bodyOf, openBench, otherCore, type Bench } from '../setup.ts'

const streams = 2000
const barMb = 400
const sampleMs = 250

const kinds = [
  { name: 'relayed', model: 'chat' },
  { name: 'translated', model: 'claude' },
]

/** Memory of the gateway while so many clients are being streamed to at the pace of a model. */
export async function measureManyStreams(): Promise<readonly Figure[]> {
  const bench = await openBench()
  const atRest = rssMb(bench.pid)
  const figures: Figure[] = []
  try {
    for (const { name, model } of kinds) {
      const { peakMb, failures, seconds } = await streamToMany(bench, bodyOf(model, true, `say sixty words ${slowWord}`))
      figures.push({
        topic: 'many-streams',
        name: `memory at ${streams} ${name} streams`,
        value: peakMb,
        unit: 'MiB',
        against: { name: 'at rest', value: atRest },
        note: `bar ${barMb} MiB, ${failures} failures, ${seconds.toFixed(0)} s for the 15 s of a stream`,
      })
    }
  } finally {
    await bench.close()
  }
  return figures
}

interface Peak {
  readonly peakMb: number
  readonly failures: number
  readonly seconds: number
}

/** One stream for each client: they all begin in the first moment. */
async function streamToMany({ gateway, key, pid }: Bench, body: string): Promise<Peak> {
  const url = `${gateway.url}/v1/chat/completions`
  let peakMb = 0
  let isOver = false
  const load = runLoad({ mode: 'closed', clients: streams, seconds: 1, url, key, body }, otherCore).finally(() => {
    isOver = true
  })
  while (!isOver) {
    peakMb = Math.max(peakMb, rssMb(pid))
    await sleep(sampleMs)
  }
  const { failures, seconds } = await load
  return { peakMb, failures, seconds }
}
