// Compares our SDK with recorded calls of the reference: `npm run oracle -- DIR [--only REGEX] [--json FILE] [--verbose]`.
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { readDeviations } from './deviations.ts'
import { readGoldens, type Golden } from './goldens.ts'
import { disagreement, remarks, table, unused } from './print.ts'
import { replay } from './replay.ts'
import { isServed } from './serve.ts'
import { Tally } from './tally.ts'
import { loadTools, type Tools } from './tools.ts'

const atOnce = 16

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { only: { type: 'string' }, json: { type: 'string' }, verbose: { type: 'boolean', default: false } },
})
const [directory] = positionals
if (directory === undefined) throw new Error('usage: npm run oracle -- DIR [--only REGEX] [--json FILE] [--verbose]')

const tools = await loadTools(directory)
const tally = new Tally(readDeviations(new URL('deviations.jsonl', import.meta.url)))
const goldens = readGoldens(directory, values.only === undefined ? undefined : new RegExp(values.only))
const waiting = goldens.values()
await Promise.all(Array.from({ length: atOnce }, () => work(waiting, tools)))

/** Takes cases until there are none. */
async function work(cases: Iterator<Golden>, using: Tools): Promise<void> {
  for (let next = cases.next(); !next.done; next = cases.next()) {
    const golden = next.value
    if (isServed(golden.operation)) tally.add(golden, await replay(golden, using))
    else tally.skip(golden)
  }
}

if (values.verbose)
  for (const one of tally.disagreements.toSorted((a, b) => (a.id < b.id ? -1 : 1))) console.log(disagreement(one))
console.log(table(tally))
console.log(remarks(tally))
if (values.only === undefined && tally.unusedDeviations.length > 0) console.log(unused(tally))
if (values.json !== undefined)
  writeFileSync(values.json, `${JSON.stringify({ ...tally.all, by: Object.fromEntries(tally.by) }, null, 2)}\n`)
