// `npm run test:clients`: client libraries and coding agents from outside, installed on demand; writes docs/clients.md. With names
// of parts (`npm run test:clients -- vendors`) those alone, and nothing is written.
import { writeFileSync } from 'node:fs'
import { checkAgents } from '../tests/outside/agents/index.ts'
import type { Check } from '../tests/outside/check.ts'
import { checkLibraries } from '../tests/outside/libraries.ts'
import { problemLines, reportOf } from '../tests/outside/report.ts'
import { checkSuites } from '../tests/outside/suites.ts'
import { checkVendors } from '../tests/outside/vendors/index.ts'

const wanted = new Set(process.argv.slice(2))
const part = async (name: string, check: () => Promise<readonly Check[]>): Promise<readonly Check[]> =>
  wanted.size === 0 || wanted.has(name) ? check() : []

const libraries = await part('libraries', checkLibraries)
const vendors = await part('vendors', () => checkVendors())
const suites = await part('suites', checkSuites)
const agents = await part('agents', checkAgents)
const report = reportOf({ libraries, vendors, suites, agents })
if (wanted.size === 0) writeFileSync(new URL('../docs/clients.md', import.meta.url), report)
const all = [...libraries, ...vendors, ...suites, ...agents]
const failed = problemLines(all).length
console.log(report)
console.log(`${all.length - failed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
