#!/usr/bin/env node
// Starts the gateway on the pinned Bun that npm installed for this platform. Plain JavaScript that Node 20 parses;
// everything else runs on Bun, so that a machine with only Node and npm needs no further set-up.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const entry = join(dirname(fileURLToPath(import.meta.url)), '..', 'packages', 'gateway', 'src', 'main.ts')

const child = spawn(findBun(), [entry, ...process.argv.slice(2)], {
  stdio: 'inherit',
  // Bun's fetch allows 256 calls at once unless this is set before it starts (measured on 1.4.5, 2026-11-22).
  env: { BUN_CONFIG_MAX_HTTP_REQUESTS: '65336', ...process.env },
})
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR2']) process.on(signal, () => child.kill(signal))
child.on('error', (error) => {
  process.stderr.write(`switchyard: cannot start Bun: ${error.message}\n`)
  process.exit(70)
})
child.on('exit', (code, signal) => process.exit(code ?? (signal === null ? 70 : 128 + (signalNumbers[signal] ?? 0))))

const signalNumbers = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 }

/** The Bun binary of this platform's package; `SWITCHYARD_BUN` names another. */
function findBun() {
  if (process.env.SWITCHYARD_BUN) return process.env.SWITCHYARD_BUN
  const require = createRequire(import.meta.url)
  const arch = process.arch === 'arm64' ? 'aarch64' : 'x64'
  const system = process.platform === 'win32' ? 'windows' : process.platform
  for (const suffix of system === 'linux' ? ['', '-musl'] : ['']) {
    const name = `@oven/bun-${system}-${arch}${suffix}`
    try {
      const binary = join(dirname(require.resolve(`${name}/package.json`)), 'bin', system === 'windows' ? 'bun.exe' : 'bun')
      if (existsSync(binary)) return binary
    } catch (error) {
      if (error.code !== 'MODULE_NOT_FOUND') throw error
    }
  }
  process.stderr.write(
    `switchyard: no Bun for ${process.platform}-${process.arch}. Run "npm ci" without --omit=optional, or set SWITCHYARD_BUN to a Bun >= 1.4.5.\n`,
  )
  process.exit(69)
}
