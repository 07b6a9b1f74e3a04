import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { it } from 'node:test'
import { openStore } from '../index.ts'
import { storeContract } from '../store.contract.ts'

const makeDataDir = (): Promise<string> => mkdtemp(join(tmpdir(), 'switchyard-store-'))

storeContract('sqlite', async () => {
  const dataDir = await makeDataDir()
  const [first, second] = await Promise.all([openStore({ dataDir }), openStore({ dataDir })])
  const dispose = async (): Promise<void> => {
    await first.close()
    await second.close()
    await rm(dataDir, { recursive: true })
  }
  return { first, second, dispose }
})

it('refuses a database that a newer version wrote, and says so', async () => {
  const dataDir = await makeDataDir()
  await (await openStore({ dataDir })).close()
  const db = new DatabaseSync(join(dataDir, 'switchyard.db'))
  db.exec('INSERT INTO schema_version (version, applied_at) VALUES (99, 0)')
  db.close()
  await assert.rejects(openStore({ dataDir }), /schema version 99.*knows only versions up to/)
  await rm(dataDir, { recursive: true })
})

it('keeps what is there when it is opened again', async () => {
  const dataDir = await makeDataDir()
  const store = await openStore({ dataDir })
  await store.settings.put('name', 'value')
  assert.equal(await store.flush(), true)
  await store.close()
  const again = await openStore({ dataDir })
  assert.equal(await again.settings.get('name'), 'value')
  await again.close()
  await rm(dataDir, { recursive: true })
})
