// Runs a script or a command of Bun with the pinned binary, from npm scripts: `node scripts/bun.js test packages`.
import { spawnSync } from 'node:child_process'
import { findBun } from '../bin/find-bun.js'

const { status, error } = spawnSync(findBun(), process.argv.slice(2), { stdio: 'inherit' })
if (error !== undefined) throw error
process.exit(status ?? 70)
