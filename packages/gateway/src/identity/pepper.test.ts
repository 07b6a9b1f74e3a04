import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { openStore } from '../store/index.ts'
import { openIdentity, PepperTrouble } from './index.ts'

const own = 'a-pepper-of-the-operator-0123456789'

describe('the pepper', () => {
  let folder = ''
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'switchyard-pepper-'))
  })
  after(() => rm(folder, { recursive: true, force: true }))

  /** Opens the data folder as a new process would. */
  const open = async <T>(name: string, pepper: string | undefined, work: (of: Opened) => Promise<T>): Promise<T> => {
    const store = await openStore({ dataDir: join(folder, name) })
    try {
      const identity = await openIdentity({ store, pepper })
      try {
        return await work({ identity, store })
      } finally {
        identity.close()
      }
    } finally {
      await store.close()
    }
  }
  interface Opened {
    readonly identity: Awaited<ReturnType<typeof openIdentity>>
    readonly store: Awaited<ReturnType<typeof openStore>>
  }
  const newKey = ({ identity }: Opened): Promise<string> => identity.keys.createKey({}, null).then(({ key }) => key)
  const knows = async ({ identity }: Opened, key: string): Promise<boolean> => (await identity.directory.find(key)) !== undefined

  it('that is kept elsewhere is needed again, and no other', async () => {
    const key = await open('outside', own, newKey)
    for (const other of [undefined, 'another-pepper-0123456789'])
      await assert.rejects(open('outside', other, newKey), PepperTrouble)
    assert.ok(await open('outside', own, (opened) => knows(opened, key)))
    const kept = await open('outside', own, ({ store }) => store.settings.get('pepper'))
    assert.ok(kept !== undefined && !kept.includes(own))
  })

  it('that was made here stays, unless the operator takes it out', async () => {
    const key = await open('inside', undefined, newKey)
    await assert.rejects(open('inside', own, newKey), PepperTrouble)
    const made = await open('inside', undefined, ({ store }) => store.settings.get('pepper'))
    assert.ok(await open('inside', made, (opened) => knows(opened, key)))
    await assert.rejects(open('inside', undefined, newKey), PepperTrouble)
    assert.ok(await open('inside', made, (opened) => knows(opened, key)))
  })

  it('may not be short', async () => {
    for (const short of ['', 'pepper']) await assert.rejects(open('short', short, newKey), PepperTrouble)
  })
})
