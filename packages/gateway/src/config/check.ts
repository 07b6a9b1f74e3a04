import { readFile } from 'node:fs/promises'
import { ConfigError, type Diagnostic } from './diagnostic.ts'
import { loadConfig } from './load-config.ts'

export interface CheckResult {
  readonly diagnostics: readonly Diagnostic[]
  /** 0 when the gateway would start with this file, warnings or not; else 1. */
  readonly exitCode: 0 | 1
}

/** `switchyard check CONFIG`: everything that is to be said about a config file. */
export async function checkConfig(
  file: string,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<CheckResult> {
  try {
    const { warnings } = await loadConfig(file, env, (path) => readFile(path, 'utf8'))
    return { diagnostics: warnings, exitCode: 0 }
  } catch (error) {
    if (error instanceof ConfigError) return { diagnostics: error.diagnostics, exitCode: 1 }
    throw error
  }
}
