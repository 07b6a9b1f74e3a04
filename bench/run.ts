// `npm run bench [topic …]`: the topics below, or all of them. Every claim has its rival from the same run; never a timed test.
import { measureCpu } from './topics/cpu.ts'
import { measureLatency } from './topics/latency.ts'
import { measureManyStreams } from './topics/many-streams.ts'
import { measureMessagesStream } from './topics/messages-stream.ts'
import { measureOverload } from './topics/overload.ts'
import { measureSize } from './topics/size.ts'
import { measureStart } from './topics/start.ts'
import { measureSteady } from './topics/steady.ts'
import { report } from './report.ts'

const topics = {
  latency: measureLatency,
  cpu: measureCpu,
  start: measureStart,
  size: measureSize,
  'messages-stream': measureMessagesStream,
  'many-streams': measureManyStreams,
  steady: measureSteady,
  overload: measureOverload,
}
const wanted = process.argv.slice(2)
const unknown = wanted.find((name) => !Object.hasOwn(topics, name))
if (unknown !== undefined) {
  console.error(`There is no topic ${unknown}: ${Object.keys(topics).join(', ')}`)
  process.exit(64)
}
for (const [name, measure] of Object.entries(topics)) {
  if (wanted.length === 0 || wanted.includes(name)) report(await measure())
}
