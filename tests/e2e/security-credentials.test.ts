import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { generateKey, openIdentity, PepperTrouble } from '../../packages/gateway/src/identity/index.ts'
import { openStore } from '../../packages/gateway/src/store/index.ts'
import { repository } from '../tools/gateway.ts'
import { openStage, type Stage } from '../tools/stage.ts'

/** What people send to see what breaks (in the manner of the Big List of Naughty Strings), and what attackers send. */
const naughty: readonly string[] = [
  'x'.repeat(8000),
  `sk-${'a'.repeat(600)}`,
  `sk-${'/'.repeat(509)}`,
  ...(JSON.parse(readFileSync(join(repository, 'fixtures', 'security', 'credentials.json'), 'utf8')) as readonly string[]),
]

describe('credentials that are not keys (reliability facts §5.3, 5.4)', () => {
  let stage: Stage
  before(async () => {
    stage = await openStage({ sections: { switchyard_settings: { wrong_keys_per_minute: 0 } } })
  })
  after(() => stage.close())
  const gemini = '/v1beta/models/gemini:generateContent'
  const body = '{"contents":[{"parts":[{"text":"hi"}]}]}'

  it('are a 401 in no time, and trouble nobody', async () => {
    const texts = new Set<string>()
    const begun = performance.now()
    let calls = 0
    const meet = async (query: string, headers: Record<string, string>): Promise<void> => {
      const reply = await fetch(stage.gateway.url + gemini + query, { method: 'POST', headers, body })
      texts.add(await reply.text())
      calls++
      assert.equal(reply.status, 401, `${query.slice(0, 80)} ${JSON.stringify(headers).slice(0, 80)}`)
    }
    for (const text of naughty) {
      await meet(`?key=${encodeURIComponent(text)}`, {})
      await meet('', { authorization: `Basic ${Buffer.from(`x:${text}`).toString('base64')}` })
      if (/^[\x20-\x7e]*$/.test(text)) await meet('', { 'x-api-key': text })
    }
    // No credential, one that is no "Basic …" word, and an unknown key: three things to say, to whoever asks.
    assert.ok(texts.size <= 3, [...texts].join('\n'))
    assert.ok((performance.now() - begun) / calls < 5, `${(performance.now() - begun) / calls} ms each`)
    assert.doesNotMatch(stage.gateway.output, /"level":"(?:error|warn)"/)
    assert.equal(stage.provider.requests.length, 0)
  })

  it('of a megabyte are refused before they are read', async () => {
    const key = 'sk-'.padEnd(1024 * 1024, 'x')
    for (const [query, headers] of [
      ['', { authorization: `Bearer ${key}` }],
      [`?key=${key}`, {}],
    ] as const) {
      const status = await fetch(stage.gateway.url + gemini + query, { method: 'POST', headers, body }).then(
        (reply) => reply.status,
        () => 431,
      )
      assert.ok(status === 431 || status === 414 || status === 401, String(status))
    }
  })

  it('that are two keys of ours are a 400, in whatever headers they stand', async () => {
    const [one, two] = await Promise.all([stage.gateway.newKey(), stage.gateway.newKey()])
    const bearer = `Bearer ${one}`
    const pairs: readonly (readonly [string, Record<string, string>])[] = [
      ['', { authorization: bearer, 'x-api-key': two }],
      ['', { authorization: bearer, 'api-key': two }],
      ['', { authorization: bearer, 'x-goog-api-key': two }],
      ['', { authorization: bearer, 'x-api-key': stage.gateway.masterKey }],
      ['', { authorization: `Basic ${btoa(`u:${one}`)}`, 'x-api-key': two }],
      ['', { 'x-api-key': one, 'x-goog-api-key': two }],
      ['', { 'x-litellm-api-key': one, 'x-switchyard-api-key': two }],
      [`?key=${two}`, { authorization: bearer }],
      ['', { authorization: `${bearer}, Bearer ${two}` }],
    ]
    for (const [query, headers] of pairs) {
      const reply = await fetch(stage.gateway.url + gemini + query, { method: 'POST', headers, body })
      assert.equal(reply.status, 400, JSON.stringify(headers))
    }
    const same = { authorization: bearer, 'x-api-key': one, 'x-goog-api-key': one }
    assert.equal((await fetch(`${stage.gateway.url}${gemini}?key=${one}`, { method: 'POST', headers: same, body })).status, 200)
  })

  it('by the thousand leave memory as it was and the valid key alone', async () => {
    const key = await stage.gateway.newKey()
    const flood = async (count: number): Promise<void> => {
      for (let sent = 0; sent < count; sent += 100) {
        const batch = Array.from({ length: 100 }, () =>
          stage.gateway.call('GET', '/v1/models', undefined, `sk-${crypto.randomUUID()}`),
        )
        for (const { status } of await Promise.all(batch)) assert.equal(status, 401)
      }
    }
    await flood(3000)
    const before = await residentBytes(stage.gateway.pid)
    await flood(6000)
    const grown = (await residentBytes(stage.gateway.pid)) - before
    assert.ok(grown < 64 * 1024 * 1024, `${grown} bytes`)
    assert.equal((await stage.gateway.call('GET', '/v1/models', undefined, key)).status, 200)
  })
})

describe('unknown keys of one address (reliability facts §5.4)', () => {
  let stage: Stage
  before(async () => {
    stage = await openStage({ sections: { switchyard_settings: { wrong_keys_per_minute: 20 } } })
  })
  after(() => stage.close())

  it('are a 429 beyond the limit, in the dialect of the route; keys that are known are served on', async () => {
    const key = await stage.gateway.newKey()
    const statuses: number[] = []
    for (let sent = 0; sent < 30; sent++)
      statuses.push((await stage.gateway.call('GET', '/v1/models', undefined, `sk-${crypto.randomUUID()}`)).status)
    assert.deepEqual(statuses, [...Array.from({ length: 20 }, () => 401), ...Array.from({ length: 10 }, () => 429)])
    const { status, headers, text } = await stage.gateway.call('POST', '/v1/messages', '{}', 'sk-unknown-0123456789')
    assert.equal(status, 429)
    assert.match(text, /"type":"rate_limit_error"/)
    const seconds = Number(headers.get('retry-after'))
    assert.ok(seconds >= 1 && seconds <= 60, String(seconds))
    // A key that was never seen before, and one without any credential.
    for (const [known, expected] of [
      [key, 200],
      [await stage.gateway.newKey(), 200],
      [null, 401],
    ] as const)
      assert.equal((await stage.gateway.call('GET', '/v1/models', undefined, known)).status, expected)
  })
})

/** Of the process and of those that it started. */
async function residentBytes(pid: number): Promise<number> {
  const own = Number(/VmRSS:\s+(\d+)/.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024
  const children = (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).split(' ').filter((text) => text !== '')
  const theirs = await Promise.all(children.map((child) => residentBytes(Number(child))))
  return own + theirs.reduce((sum, bytes) => sum + bytes, 0)
}

describe('a key at rest (reliability facts §5.6, §5.23)', () => {
  let dataDir = ''
  before(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'switchyard-rest-'))
  })
  after(() => rm(dataDir, { recursive: true, force: true }))

  it('is a hash that a copy of the rows verifies nothing with', async () => {
    const store = await openStore({ dataDir })
    const pepper = 'pepper-that-is-kept-elsewhere'
    const identity = await openIdentity({ store, pepper })
    const { key } = await identity.keys.createKey({}, null)
    assert.ok(key.length >= 'sk-'.length + 22)
    assert.ok(await identity.directory.find(key))
    identity.close()
    for (const guess of [undefined, '', 'pepper', 'switchyard', key])
      await assert.rejects(openIdentity({ store, pepper: guess }), PepperTrouble, guess)
    await store.flush()
    await store.close()
    const files = await readdir(dataDir)
    for (const file of files) {
      const bytes = await readFile(join(dataDir, file))
      const plain = ['md5', 'sha1', 'sha256', 'sha512'].map((name) => createHash(name).update(key).digest('hex'))
      for (const text of [key, key.slice(3), pepper, ...plain]) assert.ok(!bytes.includes(text), file)
    }
  })

  it('is never made twice, and never guessed from another', async () => {
    const keys = Array.from({ length: 10_000 }, generateKey)
    assert.equal(new Set(keys).size, keys.length)
    for (const key of keys) assert.match(key, /^sk-[\w-]{22}$/)
  })
})
