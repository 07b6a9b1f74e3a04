import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { arrayOf, objectOf, type JsonObject } from '@switchyard/wire'
import type { TestGateway } from '../tools/gateway.ts'
import { model, openStage, type Stage } from '../tools/stage.ts'
import { until } from '../tools/until.ts'

describe('the life of a key, over HTTP', () => {
  let stage: Stage
  let gateway: TestGateway
  before(async () => {
    stage = await openStage({
      models: (origin) => [
        {
          ...model('chat', 'anyscale/fake', { api_base: `${origin}/v1` }),
          model_info: { access_groups: ['team-a'], input_cost_per_token: 1e-6, output_cost_per_token: 2e-6 },
        },
        model('claude', 'anthropic/claude-sonnet-4-5', { api_base: origin }),
        model('unpriced', 'anyscale/no-price', { api_base: `${origin}/v1` }),
      ],
    })
    gateway = stage.gateway
  })
  after(() => stage.close())

  const chat = async (key: string, name = 'chat', more: JsonObject = {}): Promise<number> => {
    const { status } = await gateway.call(
      'POST',
      '/v1/chat/completions',
      { model: name, messages: [{ role: 'user', content: 'hi' }], ...more },
      key,
    )
    return status
  }

  it('is made, shown without itself, changed, listed and deleted', async () => {
    const params = {
      key_alias: 'life',
      models: ['chat'],
      max_budget: 1,
      rpm_limit: 100,
      metadata: { team: 'core' },
      duration: '10d',
    }
    const { status, json } = await gateway.call('POST', '/key/generate', params)
    assert.equal(status, 200)
    const key = String(json['key'])
    assert.match(key, /^sk-[\w-]{22}$/)
    for (const [name, value] of Object.entries(params)) if (name !== 'duration') assert.deepEqual(json[name], value, name)
    assert.equal(json['key_name'], `sk-...${key.slice(-4)}`)
    assert.ok(Date.parse(String(json['expires'])) > Date.now() + 9 * 86_400_000)

    const shown = await gateway.call('GET', `/key/info?key=${key}`)
    assert.equal(shown.json['key'], json['token'])
    assert.ok(!shown.text.includes(key))
    assert.deepEqual((await gateway.call('GET', '/key/info', undefined, key)).json, shown.json)

    assert.equal(await chat(key), 200)
    assert.equal(await chat(key, 'claude'), 403)
    await gateway.call('POST', '/key/update', { key, models: ['claude'] })
    assert.equal(await chat(key), 403)
    assert.equal(await chat(key, 'claude'), 200)

    const listed = await gateway.call('GET', '/key/list?key_alias=life&return_full_object=true')
    assert.equal(listed.json['total_count'], 1)
    assert.equal(objectOf(arrayOf(listed.json['keys'])[0])?.['key_alias'], 'life')

    assert.equal((await gateway.call('POST', '/key/generate', { key_alias: 'life' })).status, 400)
    assert.deepEqual((await gateway.call('POST', '/key/delete', { keys: [key] })).json, { deleted_keys: [key] })
    assert.equal(await chat(key, 'claude'), 401)
    assert.equal((await gateway.call('GET', `/key/info?key=${key}`)).status, 404)
  })

  it('is blocked and unblocked at once', async () => {
    const key = await gateway.newKey()
    assert.equal(await chat(key), 200)
    await gateway.call('POST', '/key/block', { key })
    assert.equal(await chat(key), 401)
    await gateway.call('POST', '/key/unblock', { key })
    assert.equal(await chat(key), 200)
  })

  it('expires', async () => {
    const key = await gateway.newKey({ duration: '1s' })
    assert.equal(await chat(key), 200)
    await until(async () => (await chat(key)) === 401, 3000)
    const { json } = await gateway.call('GET', '/v1/models', undefined, key)
    assert.equal(objectOf(json['error'])?.['type'], 'expired_key')
  })

  it('sees only its models, by name, wildcard and access group', async () => {
    const cases: readonly (readonly [readonly string[], readonly string[]])[] = [
      [[], ['chat', 'claude', 'unpriced']],
      [['chat'], ['chat']],
      [['cl*'], ['claude']],
      [['team-a'], ['chat']],
      [['all-proxy-models'], ['chat', 'claude', 'unpriced']],
    ]
    for (const [models, seen] of cases) {
      const key = await gateway.newKey({ models })
      const { json } = await gateway.call('GET', '/v1/models', undefined, key)
      assert.deepEqual(
        arrayOf(json['data'])
          .map((row) => objectOf(row)?.['id'])
          .toSorted(),
        seen,
      )
      for (const name of ['chat', 'claude']) assert.equal(await chat(key, name), seen.includes(name) ? 200 : 403)
    }
  })

  it('may have aliases of its own', async () => {
    const key = await gateway.newKey({ aliases: { fast: 'claude' } })
    assert.equal(await chat(key, 'fast'), 200)
    assert.match(stage.provider.last.path, /messages$/)
  })

  it('cannot fall back to a model that it may not use', async () => {
    const key = await gateway.newKey({ models: ['chat'] })
    stage.provider.next({ status: 500, body: '{}' })
    assert.equal(await chat(key, 'chat', { num_retries: 0, fallbacks: ['claude'] }), 500)
    assert.match(stage.provider.last.path, /completions$/)
  })

  it('wrong settings are refused by name', async () => {
    for (const [params, param] of [
      [{ max_budget: 'much' }, 'max_budget'],
      [{ max_budget: -1 }, 'max_budget'],
      [{ rpm_limit: 1.5 }, 'rpm_limit'],
      [{ models: 'chat' }, 'models'],
      [{ duration: 'soon' }, 'duration'],
      [{ max_bugdet: 1 }, 'max_bugdet'],
      [{ spend: 'nothing', user_role: 'admin' }, 'user_role'],
      [{ key: 'short' }, 'key'],
    ] as const) {
      const { status, json, text } = await gateway.call('POST', '/key/generate', params)
      assert.equal(status, 400, text)
      assert.equal(objectOf(json['error'])?.['param'], param)
    }
  })

  it('a limit of requests holds, and says when to come again', async () => {
    const key = await gateway.newKey({ rpm_limit: 3 })
    const statuses = await Promise.all(Array.from({ length: 10 }, () => chat(key)))
    assert.equal(statuses.filter((status) => status === 200).length, 3)
    const { status, headers } = await gateway.call('POST', '/v1/chat/completions', { model: 'chat', messages: [] }, key)
    assert.equal(status, 429)
    assert.ok(Number(headers.get('retry-after')) >= 1)
  })

  it('a limit of parallel requests holds and is given back', async () => {
    const key = await gateway.newKey({ max_parallel_requests: 2 })
    stage.provider.reset()
    stage.provider.next(...Array.from({ length: 2 }, () => ({ delayMs: 300 })))
    const statuses = await Promise.all(Array.from({ length: 5 }, () => chat(key)))
    assert.deepEqual(statuses.toSorted(), [200, 200, 429, 429, 429])
    assert.equal(await chat(key), 200)
  })
})
