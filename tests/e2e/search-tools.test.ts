import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import { after, before, beforeEach, describe, it } from 'node:test'
import { objectOf, objectsOf, parseJson, type JsonObject } from '@switchyard/wire'
import { TestGateway } from '../tools/gateway.ts'

const config = (origin: string): string => `
model_list:
  - model_name: chat
    litellm_params: { model: openai/gpt-4o, api_base: ${origin}/v1, api_key: sk-upstream }
  - model_name: papers
    litellm_params: { model: mistral/mistral-ocr-latest, api_base: ${origin}/v1, api_key: sk-mistral }
  - model_name: azure-papers
    litellm_params: { model: azure_ai/mistral-document-ai-2512, api_base: ${origin}, api_key: azure-key }
search_tools:
  - search_tool_name: web
    litellm_params: { search_provider: tavily, api_base: ${origin}, api_key: tvly-key }
    search_tool_info: { description: The whole web }
  - search_tool_name: dear
    litellm_params: { search_provider: exa_ai, api_base: ${origin}, api_key: exa-key, input_cost_per_query: 0.5 }
general_settings:
  search_tools:
    - search_tool_name: metered
      litellm_params: { search_provider: brave, api_base: ${origin}, api_key: brave-key, input_cost_per_query: 0.003 }
router_settings: { num_retries: 0 }
switchyard_settings: { egress: { allow_private: true } }
`

interface Seen {
  readonly method: string
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly json: JsonObject
}

const page = { index: 0, markdown: '# Title', images: [] }

describe('search tools and documents over the wire', () => {
  const seen: Seen[] = []
  let server: Server
  let gateway: TestGateway
  let key = ''
  const post = (path: string, body: JsonObject, as = key) => gateway.call('POST', path, body, as)
  const last = (): Seen => seen.at(-1) ?? assert.fail('nothing was asked')
  before(async () => {
    server = createServer((request, response) => {
      const pieces: Buffer[] = []
      request.on('data', (piece: Buffer) => pieces.push(piece))
      request.on('end', () => {
        const { method = '', url = '', headers } = request
        seen.push({ method, url, headers, json: objectOf(parseJson(Buffer.concat(pieces).toString())) ?? {} })
        const result = { title: 'T', url: 'https://a.org', content: 'tavily', text: 'exa', description: 'brave' }
        const reply = url.includes('ocr')
          ? { pages: [page, page], model: 'mistral-ocr-latest', usage_info: { pages_processed: 2, doc_size_bytes: 10 } }
          : { results: [result], web: { results: [result] } }
        response.writeHead(200, { 'content-type': 'application/json' })
        response.end(JSON.stringify(reply))
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    if (address === null || typeof address === 'string') throw new Error('no port')
    gateway = await TestGateway.start({ config: config(`http://127.0.0.1:${address.port}`) })
  })
  beforeEach(async () => {
    key = await gateway.newKey({ max_budget: 1 })
  })
  after(async () => {
    await gateway.stop()
    await new Promise((resolve) => server.close(resolve))
  })

  it('a tool in the path or the body searches with its engine, and a query is billed', async () => {
    const reply = await post('/v1/search/web', { query: 'bikes', max_results: 3 })
    assert.equal(reply.status, 200)
    assert.deepEqual(reply.json, {
      object: 'search',
      results: [{ title: 'T', url: 'https://a.org', snippet: 'tavily' }],
    })
    assert.equal(last().url, '/search')
    assert.equal(last().headers['authorization'], 'Bearer tvly-key')
    assert.deepEqual(last().json, { query: 'bikes', max_results: 3 })
    assert.equal(reply.headers.get('x-litellm-response-cost'), '0.008')

    const named = await post('/search', { search_tool_name: 'metered', query: 'bikes' })
    assert.deepEqual(objectsOf(named.json['results']), [{ title: 'T', url: 'https://a.org', snippet: 'brave' }])
    assert.deepEqual([last().method, last().url], ['GET', '/web/search?q=bikes'])
    assert.equal(last().headers['x-subscription-token'], 'brave-key')
    const rows = await gateway.spendRows(key, 2)
    assert.deepEqual(rows.map((row) => [row['call_type'], row['model_group'], row['spend']]).toSorted(), [
      ['search', 'metered', 0.003],
      ['search', 'web', 0.008],
    ])
  })

  it('several questions cost as many queries, and a budget is not overdrawn', async () => {
    const before = seen.length
    assert.equal((await post('/v1/search/dear', { query: ['a', 'b', 'c'] })).status, 422)
    assert.equal(seen.length, before)
    const two = await post('/v1/search/dear', { query: ['a', 'b'] })
    assert.equal(two.headers.get('x-litellm-response-cost'), '1')
  })

  it('tools are listed as tools and not as models; keys of some models may use them', async () => {
    const tools = await gateway.call('GET', '/v1/search/tools', undefined, key)
    assert.deepEqual(tools.json, {
      object: 'list',
      data: [
        { object: 'search_tool', search_tool_name: 'web', search_provider: 'tavily', description: 'The whole web' },
        { object: 'search_tool', search_tool_name: 'dear', search_provider: 'exa_ai' },
        { object: 'search_tool', search_tool_name: 'metered', search_provider: 'brave' },
      ],
    })
    const models = await gateway.call('GET', '/v1/models', undefined, key)
    assert.doesNotMatch(models.text, /"web"/)
    assert.doesNotMatch((await gateway.call('GET', '/model/info')).text, /tavily/)
    const limited = await gateway.newKey({ models: ['chat'] })
    assert.equal((await post('/v1/search/web', { query: 'x' }, limited)).status, 200)
    const before = seen.length
    assert.equal((await post('/v1/chat/completions', { model: 'web', messages: [] }, limited)).status, 400)
    assert.equal((await post('/v1/search/chat', { query: 'x' })).status, 400)
    assert.equal((await post('/v1/search/nothing', { query: 'x' })).status, 400)
    assert.equal((await post('/v1/search', { query: 'x' })).status, 400)
    assert.equal((await post('/v1/search/web', {})).status, 400)
    assert.equal(seen.length, before)
  })

  it('documents go to Mistral in its own shape, and pages are billed', async () => {
    const document = { type: 'document_url', document_url: 'https://example.com/a.pdf' }
    const reply = await post('/v1/ocr', { model: 'papers', document, pages: [0, 1] })
    assert.equal(reply.status, 200)
    assert.equal(last().url, '/v1/ocr')
    assert.equal(last().headers['authorization'], 'Bearer sk-mistral')
    assert.deepEqual(last().json, { model: 'mistral-ocr-latest', document, pages: [0, 1] })
    assert.deepEqual(reply.json['pages'], [page, page])
    const [row] = await gateway.spendRows(key, 1)
    assert.equal(row?.['call_type'], 'ocr')
    assert.ok(Number(row?.['spend']) > 0)
    assert.equal((await post('/v1/ocr', { model: 'papers' })).status, 400)
  })

  it('Azure’s Mistral reads documents at its own path', async () => {
    const document = { type: 'document_url', document_url: 'data:application/pdf;base64,JVBERi0=' }
    const reply = await post('/ocr', { model: 'azure-papers', document, pages: [0] })
    assert.equal(reply.status, 200)
    assert.equal(last().url, '/providers/mistral/azure/ocr')
    assert.deepEqual(last().json, { model: 'mistral-document-ai-2512', document, pages: [0] })
    assert.deepEqual(reply.json['pages'], [page, page])
  })
})
