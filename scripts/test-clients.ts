// `npm run test:clients`: client libraries and coding agents from outside, installed on demand; writes docs/clients.md.
import { writeFileSync } from 'node:fs'
import { checkAgents } from '../tests/outside/agents/index.ts'
import { checkLibraries } from '../tests/outside/libraries.ts'
import { problemLines, reportOf } from '../tests/outside/report.ts'

const libraries = await checkLibraries()
const agents = await checkAgents()
const report = reportOf(libraries, agents)
writeFileSync(new URL('../docs/clients.md', import.meta.url), report)
const failed = problemLines([...libraries, ...agents]).length
console.log(report)
console.log(`${libraries.length + agents.length - failed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
