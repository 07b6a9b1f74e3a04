#!/usr/bin/env node
// Starts the gateway on the pinned Bun that npm installed for this platform, or with `--runtime node` on this Node. Plain
// JavaScript that Node 20 parses, so that a machine with only Node and npm needs no further set-up.
import { spawn } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { commandOf, splitRuntime } from './runtimes.js'

const entry = join(dirname(fileURLToPath(import.meta.url)), '..', 'packages', 'gateway', 'src', 'main.ts')

const { runtime, rest } = splitRuntime(process.argv.slice(2))
const [program, ...flags] = commandOf(runtime)
const child = spawn(program, [...flags, entry, ...rest], {
  stdio: 'inherit',
  // Bun's fetch allows 256 calls at once unless this is set before it starts (measured on 1.4.5, 2026-11-22).
  env: { BUN_CONFIG_MAX_HTTP_REQUESTS: '65336', ...process.env },
})
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR2']) process.on(signal, () => child.kill(signal))
child.on('error', (error) => {
  process.stderr.write(`switchyard: cannot start ${program}: ${error.message}\n`)
  process.exit(70)
})
child.on('exit', (code, signal) => process.exit(code ?? (signal === null ? 70 : 128 + (signalNumbers[signal] ?? 0))))

const signalNumbers = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 }
