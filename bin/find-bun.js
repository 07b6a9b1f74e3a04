import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** The Bun binary of this platform's package; `SWITCHYARD_BUN` names another. Ends the process when there is none. */
export function findBun() {
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
    `switchyard: no Bun for ${process.platform}-${process.arch}. Run "npm ci" without --omit=optional, set SWITCHYARD_BUN to a Bun >= 1.4.5, or add --runtime node.\n`,
  )
  process.exit(69)
}
