import { readFileSync } from 'node:fs'
import { sourceFiles } from './source-files.ts'

// Tails are gated, not averages: files of at most 400 lines, functions of at most 60. Tables are exempt by name.
const maxFileLines = 400
const maxFunctionLines = 60
const tables = new Set(['packages/providers/src/compatible.ts', 'packages/gateway/src/config/settings-table.ts'])

const problems: string[] = []
for (const file of sourceFiles()) {
  if (tables.has(file)) continue
  const lines = readFileSync(file, 'utf8').split('\n')
  const isTest = file.endsWith('.test.ts')
  if (!isTest && lines.length - 1 > maxFileLines) problems.push(`${file}: ${lines.length - 1} lines (at most ${maxFileLines})`)
  if (isTest) continue
  for (const { name, line, length } of functions(lines)) {
    if (length > maxFunctionLines) problems.push(`${file}:${line}: ${name} has ${length} lines (at most ${maxFunctionLines})`)
  }
}
for (const problem of problems) console.log(problem)
console.log(problems.length === 0 ? 'tails: ok' : `tails: ${problems.length} too long`)
process.exit(problems.length === 0 ? 0 : 1)

interface Found {
  readonly name: string
  readonly line: number
  readonly length: number
}

/** Functions and methods by indentation: the formatter guarantees that a body ends at the indentation of its head. */
function functions(lines: readonly string[]): readonly Found[] {
  const found: Found[] = []
  for (const [index, text] of lines.entries()) {
    const head =
      /^(\s*)(?:export )?(?:async )?(?:function\*? (\w+)|(?:static |async |get |set |\*)*(#?\w+)\s*(?:<[^>]*>)?\(.*\)[^=]*)\{$/.exec(
        text,
      )
    const name = head?.[2] ?? head?.[3]
    if (head === null || name === undefined || ['if', 'for', 'while', 'switch', 'catch', 'constructor'].includes(name)) continue
    const end = lines.findIndex((line, at) => at > index && line.startsWith(`${head[1]}}`))
    if (end > index) found.push({ name, line: index + 1, length: end - index + 1 })
  }
  return found
}
