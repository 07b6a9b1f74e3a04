// `npm run soak -- --minutes N [--workers W] [--rate R] [--seed S]`: the gateway under mixed load and faults for a long time.
// A line a minute; at the end the bars, written to bench/results. Exit code 1 when one is missed.
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { hasMissed, linesOf, pageOf } from '../tests/soak/report.ts'
import { soak, type SoakOptions } from '../tests/soak/run.ts'

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '30' },
    workers: { type: 'string', default: '1' },
    rate: { type: 'string', default: '40' },
    seed: { type: 'string', default: '1' },
  },
})

function positive(name: keyof typeof values): number {
  const value = Number(values[name])
  if (value > 0) return value
  console.error(`--${name} must be a number above 0, not ${values[name]}`)
  return process.exit(64)
}

const options: SoakOptions = {
  minutes: positive('minutes'),
  workers: positive('workers'),
  rate: positive('rate'),
  seed: positive('seed'),
  onMinute: (minute) => console.log(JSON.stringify(minute)),
}
const result = await soak(options)
const date = new Date().toISOString()
const file = `../bench/results/${date.slice(0, 10)}-soak`
const page = pageOf(result, { ...options, date })
writeFileSync(new URL(`${file}.jsonl`, import.meta.url), linesOf(result))
writeFileSync(new URL(`${file}.md`, import.meta.url), page)
console.log(page)
process.exitCode = hasMissed(result.bars) ? 1 : 0
