import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const pathOf = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

/** A certificate or key of fixtures/tls. */
export const tlsFixture = (name: string): string => pathOf(`../../../../fixtures/tls/${name}`)

/**
 * Calls the URLs one after the other from a process of its own, since a process reads its CAs and proxies when it starts. Answers
 * the status of each, or `refused: …`.
 */
export const callFromOutside = (urls: readonly string[], env: Readonly<Record<string, string>>): Promise<readonly unknown[]> =>
  new Promise((resolve, reject) => {
    const options = { env: { PATH: process.env['PATH'], ...env } }
    execFile(process.execPath, [pathOf('calls-for-test.ts'), ...urls], options, (cause, stdout, stderr) => {
      const lines = stdout.trim().split('\n')
      if (cause === null) resolve(lines.map((line): unknown => JSON.parse(line)))
      else reject(new Error(`The calls failed: ${stderr}`, { cause }))
    })
  })
