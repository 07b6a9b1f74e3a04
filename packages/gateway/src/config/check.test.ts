import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { checkConfig } from './check.ts'

test('check: the exit code says whether the gateway would start', async (context) => {
  const folder = await mkdtemp(join(tmpdir(), 'switchyard-check-'))
  context.after(() => rm(folder, { recursive: true }))
  const file = join(folder, 'config.yaml')
  await writeFile(file, 'general_settings: {master_key: sk-long-enough-for-us}\nguardrails: []\n')
  const warned = await checkConfig(file, {})
  assert.deepEqual([warned.exitCode, warned.diagnostics.map(({ severity, line }) => [severity, line])], [0, [['warning', 2]]])
  await writeFile(file, 'router_settings: {timeout: soon}\n')
  const refused = await checkConfig(file, {})
  assert.equal(refused.exitCode, 1)
  assert.deepEqual(
    refused.diagnostics.map(({ path }) => path),
    ['router_settings.timeout'],
  )
  assert.equal((await checkConfig(join(folder, 'gone.yaml'), {})).exitCode, 1)
})
