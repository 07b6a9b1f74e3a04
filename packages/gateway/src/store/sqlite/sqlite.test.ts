import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { it } from 'node:test'
import { openStore } from '../index.ts'
import { migrations } from '../migrations/index.ts'
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

it('keeps the rows of every older version', async () => {
  for (const from of migrations.slice(0, -1)) {
    const dataDir = await makeDataDir()
    const db = new DatabaseSync(join(dataDir, 'switchyard.db'))
    db.exec('CREATE TABLE schema_version (version INTEGER NOT NULL, applied_at INTEGER NOT NULL) STRICT')
    for (const { version, sql } of migrations.filter((step) => step.version <= from.version)) {
      db.exec(`${sql}; INSERT INTO schema_version (version, applied_at) VALUES (${version}, 0)`)
    }
    db.exec(`INSERT INTO ledger (id, request_id, attempt, call_type, key_id, model, model_group, provider, status, start_ms, end_ms,
      input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, reasoning_tokens, total_tokens, estimated, unpriced,
      spend_nano, tags, metadata) VALUES ('r.1', 'r', 1, 'chat', 'k', 'm', 'm', 'p', 'success', 1, 2, 3, 4, 0, 0, 0, 7, 0, 0, 5, '[]', '{}')`)
    db.close()
    const store = await openStore({ dataDir })
    const row = await store.ledger.get('r.1')
    assert.deepEqual([row?.spendNano, row?.upstreamStatus], [5, null], `from version ${from.version}`)
    await store.close()
    await rm(dataDir, { recursive: true })
  }
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
