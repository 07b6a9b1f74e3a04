import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Target } from '@switchyard/core'
import { Secret } from '@switchyard/wire'
import { sentBy } from '../../requests.fixture.ts'
import { post, tokenServer } from '../../token-exchange.fixture.ts'
import { huggingface } from './index.ts'
import { nameForServer } from './served-name.ts'
import { huggingFaceUrl, router } from './url.ts'

const traits = { id: 'm', supports: new Set<string>(), lacks: new Set<string>() }
const targetOf = (model: string, baseUrl = router): Target => ({ model, baseUrl, key: new Secret('hf'), params: {}, traits })
const chat = { shape: 'openai-chat', path: '/v1/chat/completions' } as const
const urlOf = (model: string, base?: string): string =>
  huggingFaceUrl(targetOf(model, base), chat, { operation: 'chat', stream: false })

test('addresses: the router, a provider behind it, a server of one’s own', () => {
  assert.equal(urlOf('org/name'), `${router}/v1/chat/completions`)
  assert.equal(urlOf('together/org/name'), `${router}/together/v1/chat/completions`)
  assert.equal(urlOf('novita/org/name'), `${router}/novita/v3/openai/chat/completions`)
  assert.equal(urlOf('hf-inference/org/name'), `${router}/hf-inference/models/org/name/v1/chat/completions`)
  for (const base of ['https://tgi', 'https://tgi/v1', 'https://tgi/v1/chat/completions', 'https://tgi/'])
    assert.equal(urlOf('org/name', base), 'https://tgi/v1/chat/completions')
})

test('embeddings and rankings', async () => {
  const env = { HF_TOKEN: 'hf' }
  const embedded = await sentBy(huggingface, {}, { env, model: 'BAAI/bge', operation: 'embedding' })
  assert.equal(embedded.url, `${router}/hf-inference/pipeline/feature-extraction/BAAI/bge`)
  const own = { HF_TOKEN: 'hf', HF_API_BASE: 'https://tei' }
  assert.equal((await sentBy(huggingface, {}, { env: own, model: 'm', operation: 'embedding' })).url, 'https://tei/')
  assert.equal((await sentBy(huggingface, {}, { env: own, model: 'm', operation: 'rerank' })).url, 'https://tei/rerank')
})

const mapping = { inferenceProviderMapping: { together: { status: 'live', providerId: 'Llama-Turbo' } } }

test('a provider behind the router is asked for the model under its own name, which is looked up once', async () => {
  const server = tokenServer(() => [200, mapping])
  const target = targetOf('together/org/name')
  const sent = async (): Promise<string> => {
    const outgoing = post(urlOf('together/org/name'), '{"model":"together/org/name", "seed":12345678901234567890}')
    await nameForServer(outgoing, target, server.env)
    return new TextDecoder().decode(outgoing.body)
  }
  const expected = '{"model":"Llama-Turbo", "seed":12345678901234567890}'
  assert.deepEqual([await sent(), await sent()], [expected, expected])
  assert.deepEqual(
    server.asked.map(({ url, headers }) => [url, headers['authorization']]),
    [['https://huggingface.co/api/models/org/name?expand=inferenceProviderMapping', 'Bearer hf']],
  )
  server.now += 3_600_000
  await sent()
  assert.equal(server.asked.length, 2)
})

test('who does not serve the model, and a hub that does not tell', async () => {
  const ask = (model: string, status: number): Promise<void> =>
    nameForServer(post(urlOf(model), '{"model":"m"}'), targetOf(model), tokenServer(() => [status, mapping]).env)
  await assert.rejects(ask('sambanova/org/name', 200), /sambanova does not serve org\/name/)
  await assert.rejects(ask('together/org/none', 404), /status 404/)
  await assert.rejects(ask('together/org/none', 500), /status 500/)
})
