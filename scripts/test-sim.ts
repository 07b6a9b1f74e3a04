// `npm run test:sim`: schedules of the simulated accounting. --schedules N --seed S; on every core, a process each.
import { spawn } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { explainFailure, runSchedules, seedsFrom } from '../packages/gateway/src/money/sim/run.ts'

const { values } = parseArgs({
  options: {
    schedules: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: '1' },
    processes: { type: 'string', default: String(availableParallelism()) },
  },
})
const schedules = Number(values.schedules)
const first = Number(values.seed)
const processes = Number(values.processes)
/** So many at a time, so that there is something to read meanwhile. */
const batch = 10_000

if (![schedules, first, processes].every((value) => Number.isSafeInteger(value) && value >= 0) || processes === 0) {
  throw new Error('--schedules, --seed and --processes are whole numbers')
}
if (processes === 1) await runAll()
else await split()

async function runAll(): Promise<void> {
  const begun = performance.now()
  for (let done = 0; done < schedules; done += batch) {
    const count = Math.min(batch, schedules - done)
    const { failed, admitted, deaths } = await runSchedules(seedsFrom(first + done, count), 10)
    const rate = ((done + count) / (performance.now() - begun)) * 1000
    console.log(
      `seeds ${first + done}-${first + done + count - 1}: ${admitted} admitted, ${deaths} ends; ${rate.toFixed(0)} schedules/s`,
    )
    if (failed.size === 0) continue
    for (const [seed, law] of failed) console.log(`seed ${seed}: ${law}`)
    const [seed] = failed.keys()
    if (seed !== undefined) console.log(await explainFailure(seed))
    process.exitCode = 1
    return
  }
}

async function split(): Promise<void> {
  const begun = performance.now()
  const share = Math.ceil(schedules / processes)
  const codes = await Promise.all(
    Array.from({ length: processes }, (_, index) => {
      const count = Math.max(0, Math.min(share, schedules - index * share))
      return runProcess(['--schedules', String(count), '--seed', String(first + index * share), '--processes', '1'])
    }),
  )
  const seconds = (performance.now() - begun) / 1000
  const isGood = codes.every((code) => code === 0)
  console.log(`${schedules} schedules in ${seconds.toFixed(0)} s, ${isGood ? 'no law broken' : 'LAWS BROKEN'}`)
  process.exitCode = isGood ? 0 : 1
}

function runProcess(args: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [fileURLToPath(import.meta.url), ...args], { stdio: 'inherit' })
    child.once('error', reject)
    child.once('close', (code) => resolve(code ?? 1))
  })
}
