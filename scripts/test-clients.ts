// `npm run test:clients`: client libraries and coding agents from outside, installed on demand; writes docs/clients.md.
import { writeFileSync } from 'node:fs'
import { checkAgents } from '../tests/outside/agents/index.ts'
import { checkLibraries } from '../tests/outside/libraries.ts'
import { problemLines, reportOf } from '../tests/outside/report.ts'
import { checkSuites } from '../tests/outside/suites.ts'

const libraries = await checkLibraries()
const suites = await checkSuites()
const agents = await checkAgents()
const report = reportOf({ libraries, suites, agents })
writeFileSync(new URL('../docs/clients.md', import.meta.url), report)
const all = [...libraries, ...suites, ...agents]
const failed = problemLines(all).length
console.log(report)
console.log(`${all.length - failed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
