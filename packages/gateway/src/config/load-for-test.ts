import assert from 'node:assert/strict'
import type { Config } from './config.ts'
import { ConfigError, formatDiagnostic } from './diagnostic.ts'
import { loadConfig } from './load-config.ts'

type Files = Readonly<Record<string, string>>
type Env = Readonly<Record<string, string | undefined>>

export interface Outcome {
  /** Absent when the config was refused. */
  readonly config?: Config
  readonly lines: readonly string[]
}

const quietEnv = { LITELLM_MASTER_KEY: 'sk-a-long-master-key' }

/** Loads `config.yaml` of these files; anything that is thrown and is no ConfigError fails the test. */
export async function load(files: Files | string, env: Env = {}): Promise<Outcome> {
  const all: Files = typeof files === 'string' ? { 'config.yaml': files } : files
  const readFile = async (file: string): Promise<string> => {
    const text = all[file]
    if (text === undefined) throw new Error('no such file')
    return text
  }
  try {
    const { config, warnings } = await loadConfig('config.yaml', { ...quietEnv, ...env }, readFile)
    return { config, lines: warnings.map(formatDiagnostic) }
  } catch (error) {
    if (error instanceof ConfigError) return { lines: error.diagnostics.map(formatDiagnostic) }
    throw error
  }
}

export async function loadGood(files: Files | string, env: Env = {}): Promise<Config> {
  const { config, lines } = await load(files, env)
  assert.ok(config, lines.join('\n'))
  assert.deepEqual(lines, [])
  return config
}
