import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { arrayOf, objectOf, objectsOf, parseJson, type JsonObject } from '@switchyard/wire'
import { dialectModels, model, openStage, type Stage } from '../tools/stage.ts'

/** Enough for several pages. */
const more = Array.from({ length: 30 }, (_, index) => `more-${String(index).padStart(2, '0')}`)

describe('the list of models, as each house’s clients read it', () => {
  let stage: Stage
  before(async () => {
    stage = await openStage({
      models: (origin) => [
        ...dialectModels(origin),
        ...more.map((name) => model(name, `anyscale/${name}`, { api_base: `${origin}/v1` })),
      ],
    })
  })
  after(() => stage.close())

  const ask = async (path: string, headers: Readonly<Record<string, string>>) => {
    const reply = await fetch(stage.gateway.url + path, { headers })
    return { status: reply.status, json: objectOf(parseJson(await reply.text())) ?? {} }
  }
  const anthropic = (path: string, key = stage.gateway.masterKey) =>
    ask(path, { 'x-api-key': key, 'anthropic-version': '2023-06-01' })
  const gemini = (path: string, key = stage.gateway.masterKey) => ask(path, { 'x-goog-api-key': key })
  const idsIn = ({ data }: JsonObject): readonly unknown[] => objectsOf(data).map(({ id }) => id)
  const namesIn = ({ models }: JsonObject): readonly unknown[] => objectsOf(models).map(({ name }) => name)

  it('OpenAI: all of them', async () => {
    const { json } = await stage.gateway.call('GET', '/v1/models')
    assert.equal(arrayOf(json['data']).length, 37)
    assert.deepEqual(Object.keys(objectsOf(json['data'])[0] ?? {}), ['id', 'object', 'created', 'owned_by'])
  })

  it('Anthropic: pages of twenty, forwards and backwards', async () => {
    const all = idsIn((await stage.gateway.call('GET', '/v1/models')).json)
    const first = await anthropic('/v1/models')
    assert.deepEqual(idsIn(first.json), all.slice(0, 20))
    assert.deepEqual([first.json['has_more'], first.json['first_id'], first.json['last_id']], [true, all[0], all[19]])
    const second = await anthropic(`/v1/models?after_id=${String(first.json['last_id'])}`)
    assert.deepEqual([idsIn(second.json), second.json['has_more']], [all.slice(20), false])
    const back = await anthropic(`/v1/models?limit=5&before_id=${String(all[20])}`)
    assert.deepEqual([idsIn(back.json), back.json['has_more']], [all.slice(15, 20), true])
    const start = await anthropic(`/v1/models?limit=5&before_id=${String(all[3])}`)
    assert.deepEqual([idsIn(start.json), start.json['has_more']], [all.slice(0, 3), false])
    const whole = await anthropic('/v1/models?limit=1000')
    assert.deepEqual([idsIn(whole.json), whole.json['has_more']], [all, false])
    const behind = await anthropic(`/v1/models?after_id=${String(all.at(-1))}`)
    assert.deepEqual(behind.json, { data: [], has_more: false, first_id: null, last_id: null })
  })

  it('Anthropic: one model, with what is known of it', async () => {
    const expected = {
      type: 'model',
      id: 'claude',
      display_name: 'claude',
      created_at: '1970-01-01T00:00:00Z',
      max_input_tokens: 200_000,
      max_tokens: 4096,
    }
    assert.deepEqual(await anthropic('/v1/models/claude'), { status: 200, json: expected })
  })

  it('Anthropic: what is wrong is told in its words', async () => {
    const wrong: readonly (readonly [string, number, string])[] = [
      ['/v1/models/nothing', 404, 'not_found_error'],
      ['/v1/models?limit=0', 400, 'invalid_request_error'],
      ['/v1/models?limit=1001', 400, 'invalid_request_error'],
      ['/v1/models?limit=x', 400, 'invalid_request_error'],
      ['/v1/models?after_id=nothing', 400, 'invalid_request_error'],
      ['/v1/models?after_id=chat&before_id=claude', 400, 'invalid_request_error'],
    ]
    for (const [path, status, type] of wrong) {
      const reply = await anthropic(path)
      assert.deepEqual([reply.status, reply.json['type'], objectOf(reply.json['error'])?.['type']], [status, 'error', type], path)
    }
  })

  it('Gemini: pages by token, one model, and errors in its words', async () => {
    const all = idsIn((await stage.gateway.call('GET', '/v1/models')).json).map((id) => `models/${String(id)}`)
    const first = await gemini('/v1beta/models?pageSize=30')
    assert.deepEqual(namesIn(first.json), all.slice(0, 30))
    const second = await gemini(`/v1beta/models?pageSize=30&pageToken=${String(first.json['nextPageToken'])}`)
    assert.deepEqual([namesIn(second.json), second.json['nextPageToken']], [all.slice(30), undefined])
    assert.deepEqual((await ask(`/v1beta/models?key=${stage.gateway.masterKey}`, {})).status, 200)
    const { json } = await gemini('/v1beta/models/gemini')
    assert.deepEqual(json, {
      name: 'models/gemini',
      version: '001',
      displayName: 'gemini',
      inputTokenLimit: 1_048_576,
      outputTokenLimit: 4096,
      supportedGenerationMethods: ['generateContent', 'streamGenerateContent', 'countTokens'],
    })
    assert.deepEqual(objectOf((await gemini('/v1beta/models/gemini-embed')).json)?.['supportedGenerationMethods'], [])
    for (const [path, status, word] of [
      ['/v1beta/models/nothing', 404, 'NOT_FOUND'],
      ['/v1beta/models?pageSize=-1', 400, 'INVALID_ARGUMENT'],
      ['/v1beta/models?pageToken=x', 400, 'INVALID_ARGUMENT'],
    ] as const) {
      const reply = await gemini(path)
      assert.deepEqual([reply.status, objectOf(reply.json['error'])?.['status']], [status, word], path)
    }
  })

  it('a key sees its own models, in every shape', async () => {
    const key = await stage.gateway.newKey({ models: ['claude', 'more-07'] })
    assert.deepEqual(idsIn((await anthropic('/v1/models', key)).json), ['claude', 'more-07'])
    assert.deepEqual(namesIn((await gemini('/v1beta/models', key)).json), ['models/claude', 'models/more-07'])
    assert.equal((await anthropic('/v1/models/chat', key)).status, 404)
    assert.equal((await gemini('/v1beta/models/chat', key)).status, 404)
    assert.equal((await anthropic('/v1/models?after_id=chat', key)).status, 400)
  })
})
