import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { isObject, type JsonObject } from '@switchyard/wire'
import { repository } from './gateway.ts'

const run = promisify(execFile)

/** What `switchyard audit` says of a data directory. */
export async function audit(dataDir: string): Promise<JsonObject> {
  const args = [join(repository, 'bin', 'switchyard.js'), 'audit', '--data-dir', dataDir, '--json']
  const { stdout } = await run('node', args).catch((error: unknown) => {
    if (isObject(error) && typeof error['stdout'] === 'string' && error['stdout'] !== '') return { stdout: error['stdout'] }
    throw error
  })
  const value: unknown = JSON.parse(stdout)
  return isObject(value) ? value : assert.fail(stdout)
}
