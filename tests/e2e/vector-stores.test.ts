import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import OpenAI, { toFile } from 'openai'
import { isObject, objectsOf, parseJson, type JsonObject } from '@switchyard/wire'
import { TestGateway } from '../tools/gateway.ts'
import { KeepingProvider } from '../tools/keeping-provider.ts'

const config = (origin: string): string => `
model_list:
  - model_name: small
    litellm_params: { model: openai/gpt-4o-mini, api_base: ${origin}/v1, api_key: sk-one }
  - model_name: azure
    litellm_params: { model: azure/d, api_base: ${origin}, api_key: sk-azure, api_version: 2025-04-01-preview }
  - model_name: own
    litellm_params: { model: custom_openai/x, api_base: ${origin}/v1, api_key: sk-own }
  - model_name: proxy
    litellm_params: { model: litellm_proxy/x, api_base: ${origin}/v1, api_key: sk-proxy }
vector_store_registry:
  - vector_store_name: handbook
    litellm_params:
      { vector_store_id: vs_handbook, custom_llm_provider: openai, vector_store_description: Rules,
        api_base: "${origin}/v1", api_key: sk-registered }
  - vector_store_name: postgres
    litellm_params: { vector_store_id: vs_pg, custom_llm_provider: pg_vector, api_base: "${origin}", api_key: sk-pg }
switchyard_settings: { egress: { allow_private: true } }
`

describe('vector stores', () => {
  let provider: KeepingProvider
  let gateway: TestGateway
  let key = ''
  let client: OpenAI
  before(async () => {
    provider = await KeepingProvider.start()
    gateway = await TestGateway.start({ config: config(provider.origin) })
    key = await gateway.newKey({ max_budget: 5 })
    client = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: key, maxRetries: 0 })
    for (const id of ['vs_handbook', 'vs_pg']) provider.objects.set(id, { id, object: 'vector_store' })
  })
  after(async () => {
    await gateway.stop()
    await provider.stop()
  })

  const lastPath = (): string => `${provider.requests.at(-1)?.method} ${provider.requests.at(-1)?.path}`
  const lastKey = (): unknown => {
    const headers = provider.requests.at(-1)?.headers
    return headers?.['api-key'] ?? headers?.authorization
  }

  it('the whole of their API, under ids of ours', async () => {
    const file = await client.files.create({ file: await toFile(Buffer.from('v'), 'v.txt'), purpose: 'assistants' })
    const fileId = [...provider.files.keys()].at(-1)
    const { id } = await client.vectorStores.create({ name: 'docs' })
    const upstream = [...provider.objects.keys()].at(-1)
    const at = `/v1/vector_stores/${upstream}`
    const calls: readonly (readonly [() => Promise<unknown>, string])[] = [
      [() => client.vectorStores.retrieve(id), `GET ${at}`],
      [() => client.vectorStores.update(id, { name: 'more' }), `POST ${at}`],
      [() => client.vectorStores.search(id, { query: 'x' }), `POST ${at}/search`],
      [() => client.vectorStores.files.create(id, { file_id: file.id }), `POST ${at}/files`],
      [() => client.vectorStores.files.list(id), `GET ${at}/files`],
      [() => client.vectorStores.files.retrieve(file.id, { vector_store_id: id }), `GET ${at}/files/${fileId}`],
      [() => client.vectorStores.files.update(file.id, { vector_store_id: id, attributes: {} }), `POST ${at}/files/${fileId}`],
      [() => client.vectorStores.files.content(file.id, { vector_store_id: id }), `GET ${at}/files/${fileId}/content`],
      [() => client.vectorStores.fileBatches.create(id, { file_ids: [file.id] }), `POST ${at}/file_batches`],
      [() => client.vectorStores.fileBatches.retrieve('vsfb_1', { vector_store_id: id }), `GET ${at}/file_batches/vsfb_1`],
      [() => client.vectorStores.fileBatches.cancel('vsfb_1', { vector_store_id: id }), `POST ${at}/file_batches/vsfb_1/cancel`],
      [() => client.vectorStores.fileBatches.listFiles('vsfb_1', { vector_store_id: id }), `GET ${at}/file_batches/vsfb_1/files`],
      [() => client.vectorStores.files.delete(file.id, { vector_store_id: id }), `DELETE ${at}/files/${fileId}`],
      [() => client.vectorStores.delete(id), `DELETE ${at}`],
    ]
    for (const [call, path] of calls) {
      await call()
      assert.equal(lastPath(), path)
    }
    assert.equal((await client.vectorStores.list()).data.length, 0)
  })

  it('are kept where the request says', async () => {
    const cases = [
      ['azure', 'sk-azure', 'POST /openai/vector_stores'],
      ['own', 'Bearer sk-own', 'POST /v1/vector_stores'],
      ['proxy', 'Bearer sk-proxy', 'POST /v1/vector_stores'],
    ] as const
    for (const [model, credential, path] of cases) {
      const asked = client.vectorStores.create({ name: model }, { headers: { 'x-litellm-model': model } })
      if (model === 'azure') await assert.rejects(asked, OpenAI.NotFoundError)
      else await asked
      assert.equal(lastPath(), path)
      assert.equal(lastKey(), credential)
    }
  })

  it('those of the configuration are searched by their own ids, with their own credential', async () => {
    await client.vectorStores.search('vs_handbook', { query: 'x' })
    assert.deepEqual([lastPath(), lastKey()], ['POST /v1/vector_stores/vs_handbook/search', 'Bearer sk-registered'])
    assert.equal((await client.vectorStores.retrieve('vs_handbook')).id, 'vs_handbook')
    await client.vectorStores.search('vs_pg', { query: 'x' })
    assert.deepEqual([lastPath(), lastKey()], ['POST /v1/vector_stores/vs_pg/search', 'Bearer sk-pg'])
    const { text } = await gateway.call('GET', '/v1/vector_store/list', undefined, key)
    const listed = parseJson(text)
    assert.deepEqual(isObject(listed) ? objectsOf(listed['data'])[0] : undefined, {
      vector_store_id: 'vs_handbook',
      custom_llm_provider: 'openai',
      vector_store_name: 'handbook',
      vector_store_description: 'Rules',
      is_config: true,
    })
    assert.ok(!text.includes('sk-registered'))
  })

  it('nobody but the operator changes those', async () => {
    const calls = provider.requests.length
    const change = (apiKey: string): Promise<{ readonly status: number; readonly text: string }> =>
      gateway.call('POST', '/v1/vector_stores/vs_handbook', { name: 'mine' } satisfies JsonObject, apiKey)
    assert.equal((await change(key)).status, 403)
    await assert.rejects(client.vectorStores.delete('vs_handbook'), OpenAI.PermissionDeniedError)
    await assert.rejects(client.vectorStores.files.create('vs_handbook', { file_id: 'f' }), OpenAI.PermissionDeniedError)
    await assert.rejects(client.vectorStores.search('vs_unknown', { query: 'x' }), OpenAI.NotFoundError)
    assert.equal(provider.requests.length, calls)
    assert.equal((await change(gateway.masterKey)).status, 200)
  })
})
