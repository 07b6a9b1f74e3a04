import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { stringOf, type JsonObject } from '@switchyard/wire'
import type { Route } from '../../packages/gateway/src/http/route.ts'
import { routes } from '../../packages/gateway/src/http/routes.ts'
import { repository } from '../tools/gateway.ts'
import { openStage, type Stage } from '../tools/stage.ts'
import { pathOf } from './security-kit.ts'

const fixtures = join(repository, 'fixtures', 'security')
const matrixFile = join(fixtures, 'authorization.tsv')

/** A change of the matrix is a reviewed diff: SWITCHYARD_WRITE_FIXTURES=1 writes what is true now. */
const writes = process.env['SWITCHYARD_WRITE_FIXTURES'] === '1'

/** The columns. `B` holds a key like A's; what A made is not B's. */
const callers = ['anonymous', 'garbage', 'A', 'B', 'llm_api', 'management', 'read_only', 'blocked', 'master'] as const
type Caller = (typeof callers)[number]

describe('who may do what (reliability facts §5.1, 2, 14, 15)', () => {
  let stage: Stage
  let keys: Readonly<Record<Caller, string | null>>
  before(async () => {
    stage = await openStage({ sections: { switchyard_settings: { wrong_keys_per_minute: 0 } } })
    const { gateway } = stage
    const blocked = await gateway.newKey()
    keys = {
      anonymous: null,
      garbage: 'sk-garbage-0123456789abcdef',
      A: await gateway.newKey(),
      B: await gateway.newKey(),
      llm_api: await gateway.newKey({ key_type: 'llm_api' }),
      management: await gateway.newKey({ key_type: 'management' }),
      read_only: await gateway.newKey({ key_type: 'read_only' }),
      blocked,
      master: gateway.masterKey,
    }
    await gateway.call('POST', '/key/block', { key: blocked })
  })
  after(() => stage.close())

  /** What stands in an id's place: A's own response, made anew because some routes delete it. */
  async function idFor(route: Route): Promise<string> {
    if (!route.path.includes('/responses/')) return 'chat'
    const { json } = await stage.gateway.call('POST', '/v1/responses', { model: 'claude', input: 'hi' }, keys.A)
    return stringOf(json['id']) ?? ''
  }

  async function row(route: Route): Promise<string> {
    const cells: string[] = []
    for (const caller of callers) {
      const path = pathOf(route, await idFor(route))
      const { status } = await stage.gateway.call(route.method, path, route.method === 'POST' ? {} : undefined, keys[caller])
      assert.ok(status < 500 || status === 501, `${route.method} ${route.path} as ${caller}: ${status}`)
      cells.push(String(status))
    }
    return [`${route.method} ${route.path}`, ...cells].join('\t')
  }

  it('is what the matrix says, cell by cell', async () => {
    const rows: string[] = []
    for (const route of routes) rows.push(await row(route))
    const text = `${['route', ...callers].join('\t')}\n${rows.join('\n')}\n`
    if (writes) await writeFile(matrixFile, text)
    assert.deepEqual(text.split('\n'), (await readFile(matrixFile, 'utf8')).split('\n'))
  })

  it('the public routes are the ones of the list, and no more', async () => {
    const listed = (await readFile(join(fixtures, 'public-routes.txt'), 'utf8')).trim().split('\n')
    const marked = routes.filter(({ auth }) => auth === 'public').map(({ method, path }) => `${method} ${path}`)
    assert.deepEqual(marked.toSorted(), listed)
    const [, ...rows] = (await readFile(matrixFile, 'utf8')).trim().split('\n')
    const open = rows.map((line) => line.split('\t')).filter(([, anonymous]) => Number(anonymous) < 400)
    assert.deepEqual(open.map(([name]) => name ?? '').toSorted(), listed)
  })

  it('public routes tell nothing of the configuration or of any key', async () => {
    for (const route of routes.filter(({ auth }) => auth === 'public')) {
      const { text } = await stage.gateway.call(route.method, route.path, undefined, null)
      for (const secret of ['sk-', 'fake-chat', '127.0.0.1', stage.gateway.dataDir])
        assert.ok(!text.includes(secret), `${route.path} tells ${secret}`)
    }
  })

  it('a 401 has the same body wherever it is met', async () => {
    for (const key of [keys.anonymous, keys.garbage]) {
      const bodies = new Map<string, Set<string>>()
      for (const route of routes.filter(({ auth }) => auth !== 'public')) {
        const { status, text, headers } = await stage.gateway.call(route.method, pathOf(route, 'x'), undefined, key)
        assert.equal(status, 401)
        assert.equal(headers.get('x-content-type-options'), 'nosniff')
        const way = route.ofProvider?.writeError === undefined ? route.dialect : (route.path.split('/')[1] ?? '')
        bodies.set(way, (bodies.get(way) ?? new Set()).add(text))
      }
      for (const [way, texts] of bodies) assert.equal(texts.size, 1, `${way}: ${[...texts].join('\n')}`)
    }
  })

  it('method overrides and rewritten URLs never lead to another route', async () => {
    const tricks = ['x-http-method-override', 'x-original-url', 'x-rewrite-url', 'x-forwarded-prefix', 'x-forwarded-host']
    for (const name of tricks) {
      const headers = { [name]: name.includes('method') ? 'POST' : '/health/liveliness' }
      assert.equal((await fetch(`${stage.gateway.url}/key/list`, { headers })).status, 401, name)
    }
    for (const path of [
      '//key/list',
      '/health/liveliness/../../key/list',
      '/KEY/LIST',
      '/key/list/',
      '/key/list;x=/docs',
      '/docs/%2e%2e/key/list',
    ]) {
      const { status } = await stage.gateway.call('GET', path, undefined, keys.A)
      assert.ok(status === 404 || status === 401, `${path}: ${status}`)
    }
  })
})

describe('two tenants (reliability facts §5.15, 20, 21)', () => {
  let stage: Stage
  let a = ''
  let b = ''
  before(async () => {
    stage = await openStage()
    a = await stage.gateway.newKey({ key_alias: 'tenant-a', metadata: { note: 'of a' } })
    b = await stage.gateway.newKey({ key_alias: 'tenant-b' })
    for (const key of [a, b, a]) {
      await stage.gateway.call(
        'POST',
        '/v1/chat/completions',
        { model: 'chat', messages: [{ role: 'user', content: 'hi' }] },
        key,
      )
    }
    await stage.gateway.spendRows(a, 2)
    await stage.gateway.spendRows(b, 1)
  })
  after(() => stage.close())
  const today = new Date().toISOString().slice(0, 10)

  it('see their own spend only, whatever they ask for', async () => {
    const { json } = await stage.gateway.call('GET', '/key/info', undefined, a)
    const idOfA = stringOf(json['key']) ?? ''
    assert.match(idOfA, /^[0-9a-f]{64}$/)
    const list = await stage.gateway.call('GET', '/spend/logs', undefined, b)
    assert.equal(list.text.split('"request_id"').length - 1, 1)
    for (const query of [
      '?limit=1000',
      `?start_date=${today}&end_date=${today}`,
      `?start_date=${today}&end_date=${today}&summarize=false`,
    ]) {
      const { status, text } = await stage.gateway.call('GET', `/spend/logs${query}`, undefined, b)
      assert.equal(status, 200)
      assert.ok(!text.includes(idOfA), query)
    }
    const [row] = await stage.gateway.spendRows(a, 2)
    const byRequest = await stage.gateway.call('GET', `/spend/logs?request_id=${stringOf(row?.['request_id'])}`, undefined, b)
    assert.equal(byRequest.text, '[]')
  })

  it('cannot tell a key of another from one that does not exist', async () => {
    const { json } = await stage.gateway.call('GET', '/key/info', undefined, a)
    for (const path of ['/key/info?key=', '/spend/logs?api_key=']) {
      const [missing, raw, id] = await Promise.all(
        ['sk-missing-0123456789', a, stringOf(json['key']) ?? ''].map((key) =>
          stage.gateway.call('GET', path + key, undefined, b),
        ),
      )
      assert.ok(missing !== undefined && (missing.status === 404 || missing.status === 403))
      for (const other of [raw, id]) assert.deepEqual([other?.status, other?.text], [missing.status, missing.text])
    }
  })

  it('another’s response cannot be told from one that does not exist', async () => {
    for (const model of ['claude', 'openai']) {
      const made = await stage.gateway.call('POST', '/v1/responses', { model, input: 'mine' }, a)
      const id = stringOf(made.json['id']) ?? ''
      const calls = stage.provider.requests.length
      for (const [method, suffix] of [
        ['GET', ''],
        ['GET', '/input_items'],
        ['DELETE', ''],
      ] as const) {
        const theirs = await stage.gateway.call(method, `/v1/responses/${id}${suffix}`, undefined, b)
        const none = await stage.gateway.call(method, `/v1/responses/resp_none${suffix}`, undefined, b)
        assert.deepEqual([theirs.status, theirs.text.replace(id, 'resp_none')], [404, none.text])
      }
      const next = { model, input: 'and?', previous_response_id: id }
      assert.equal((await stage.gateway.call('POST', '/v1/responses', next, b)).status, 400)
      assert.equal(stage.provider.requests.length, calls)
      const { status } = await stage.gateway.call('GET', `/v1/responses/${id}`, undefined, a)
      // OpenAI keeps its own: A's question is passed on to it.
      if (model === 'claude') assert.equal(status, 200)
      else assert.ok(stage.provider.last.path.endsWith(`/responses/${id}`))
    }
  })

  it('a key that may only call models may read what its calls left', async () => {
    const key = await stage.gateway.newKey({ key_type: 'llm_api' })
    const made = await stage.gateway.call('POST', '/v1/responses', { model: 'claude', input: 'mine' }, key)
    const id = stringOf(made.json['id']) ?? ''
    assert.equal((await stage.gateway.call('GET', `/v1/responses/${id}`, undefined, key)).status, 200)
    assert.equal((await stage.gateway.call('GET', '/spend/logs', undefined, key)).status, 403)
  })

  it('fields of a key that are not its settings are refused by name, not ignored (§5.16)', async () => {
    for (const field of [
      'user_role',
      'created_by',
      'created_at',
      'token',
      'total_spend',
      'org_id',
      'allowed_cache_controls',
      '__proto__x',
      'model_spend',
    ]) {
      const { status, json } = await stage.gateway.call('POST', '/key/generate', { [field]: 'x' })
      assert.equal(status, 400, field)
      assert.ok(JSON.stringify(json).includes(field))
    }
  })

  it('nobody but the master key changes a key, his own included', async () => {
    for (const path of ['/key/update', '/key/block', '/key/unblock', '/key/delete', '/key/generate']) {
      const body = { key: a, keys: [a], max_budget: 1e6, allowed_routes: ['/*'], spend: 0 }
      assert.equal((await stage.gateway.call('POST', path, body, a)).status, 401, path)
    }
    const { json } = await stage.gateway.call('GET', '/key/info', undefined, a)
    assert.match(JSON.stringify(json), /"max_budget":null/)
  })

  it('access is checked on every model that a call could reach (§5.19)', async () => {
    const narrow = await stage.gateway.newKey({ models: ['chat'] })
    const body = { model: 'chat', max_tokens: 16, messages: [{ role: 'user', content: 'hi' }] }
    stage.provider.reset()
    stage.provider.next(...Array.from({ length: 8 }, () => ({ status: 500, body: 'no' })))
    const fallbacks = ['claude', { model: 'gemini' }, 'openai']
    const failed = await stage.gateway.call('POST', '/v1/chat/completions', { ...body, fallbacks, num_retries: 1 }, narrow)
    assert.equal(failed.status, 500)
    assert.deepEqual([...new Set(stage.provider.requests.map(({ json }) => json['model']))], ['fake-chat'])
    stage.provider.reset()
    const refused: readonly (readonly [number, string, JsonObject])[] = [
      [403, '/v1/chat/completions', { ...body, model: 'claude' }],
      [403, '/openai/deployments/claude/chat/completions', body],
      [403, '/engines/claude/chat/completions', body],
      [403, '/v1beta/models/gemini:generateContent', { model: 'chat', contents: [{ parts: [{ text: 'hi' }] }] }],
      [400, '/v1/chat/completions', { ...body, model: ['chat', 'claude'] }],
      [400, '/v1/chat/completions', { ...body, model: { name: 'claude' } }],
      [400, '/v1/chat/completions', { ...body, model: 1 }],
    ]
    for (const [status, path, sent] of refused) {
      assert.equal((await stage.gateway.call('POST', path, sent, narrow)).status, status, `${path} ${JSON.stringify(sent)}`)
    }
    assert.equal(stage.provider.requests.length, 0)
    assert.equal((await stage.gateway.call('GET', '/v1/models/claude', undefined, narrow)).status, 404)
    assert.doesNotMatch((await stage.gateway.call('GET', '/model/info', undefined, narrow)).text, /claude|gemini/)
  })
})
