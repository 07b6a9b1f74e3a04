// `npm run bench [topic …]`: latency, cpu, start. Every claim has its rival from the same run; never a timed test.
import { measureCpu } from './topics/cpu.ts'
import { measureLatency } from './topics/latency.ts'
import { measureStart } from './topics/start.ts'
import { report } from './report.ts'

const topics = { latency: measureLatency, cpu: measureCpu, start: measureStart }
const wanted = process.argv.slice(2)
const unknown = wanted.find((name) => !Object.hasOwn(topics, name))
if (unknown !== undefined) {
  console.error(`There is no topic ${unknown}: ${Object.keys(topics).join(', ')}`)
  process.exit(64)
}
for (const [name, measure] of Object.entries(topics)) {
  if (wanted.length === 0 || wanted.includes(name)) report(await measure())
}
