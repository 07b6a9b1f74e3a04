import { readFileSync } from 'node:fs'

// `npm install` drops platform packages from the lock file that it cannot fetch, and `npm ci` then refuses the whole file
// on every machine (seen with npm 11, 2026-11-22). No download address may stand in it either: machines have their own.
interface Locked {
  readonly version?: string
  readonly resolved?: string
  readonly link?: boolean
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

const lock: { readonly packages: Readonly<Record<string, Locked>> } = JSON.parse(readFileSync('package-lock.json', 'utf8'))
const problems: string[] = []
for (const [path, { optionalDependencies = {}, resolved, link }] of Object.entries(lock.packages)) {
  if (resolved !== undefined && link !== true) problems.push(`${path}: names a download address`)
  for (const name of Object.keys(optionalDependencies)) {
    if (!(`node_modules/${name}` in lock.packages)) problems.push(`${path === '' ? 'package.json' : path}: ${name} is not locked`)
  }
}
for (const problem of problems) console.log(problem)
console.log(problems.length === 0 ? 'lock: ok' : `lock: ${problems.length} problems`)
process.exit(problems.length === 0 ? 0 : 1)
