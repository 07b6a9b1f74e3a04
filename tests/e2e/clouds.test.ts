import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import { after, before, describe, it } from 'node:test'
import { objectOf, parseJson, stringOf, type JsonObject } from '@switchyard/wire'
import { TestGateway } from '../tools/gateway.ts'
import { until } from '../tools/until.ts'
import { clip } from '../tools/video-provider.ts'

const config = (origin: string): string => `
model_list:
  - model_name: veo
    litellm_params:
      model: vertex_ai/veo-3.0-generate-001
      api_base: ${origin}
      api_key: google-key
      vertex_project: p
      vertex_location: europe-west4
      output_cost_per_second: 0.05
  - model_name: claude
    litellm_params: &aws
      model: bedrock/us.anthropic.claude-sonnet-4-5-20250929-v1:0
      aws_access_key_id: AKIA
      aws_secret_access_key: secret
      aws_bedrock_runtime_endpoint: ${origin}
  - model_name: nova
    litellm_params: { <<: *aws, model: bedrock/us.amazon.nova-lite-v1:0 }
  - model_name: agent
    litellm_params:
      { model: bedrock/agentcore/arn:aws:bedrock-agentcore:us-east-1:123456789012:runtime/planner-1, aws_access_key_id: AKIA,
        aws_secret_access_key: secret, api_base: ${origin} }
router_settings: { num_retries: 0 }
switchyard_settings: { egress: { allow_private: true } }
`

interface Seen {
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly json: JsonObject
}

const operation = 'projects/p/locations/europe-west4/publishers/google/models/veo-3.0-generate-001/operations/op-1'

describe('services of the clouds', () => {
  const seen: Seen[] = []
  let isDone = false
  let counted: readonly [status: number, body: JsonObject] = [200, { inputTokens: 17 }]
  let server: Server
  let gateway: TestGateway

  function answer(url: string): readonly [status: number, body: JsonObject] {
    if (url.endsWith('/count-tokens')) return counted
    if (url.includes('/runtimes/')) return [200, { result: { content: [{ text: 'Planned.' }] } }]
    const videos = [{ bytesBase64Encoded: clip.toString('base64'), mimeType: 'video/mp4' }]
    return [200, isDone ? { name: operation, done: true, response: { videos } } : { name: operation }]
  }

  before(async () => {
    server = createServer((request, response) => {
      const pieces: Buffer[] = []
      request.on('data', (piece: Buffer) => pieces.push(piece))
      request.on('end', () => {
        const { url = '', headers } = request
        seen.push({ url, headers, json: objectOf(parseJson(Buffer.concat(pieces).toString())) ?? {} })
        if (url.endsWith('?qualifier=EVENTS')) {
          const delta = { event: { contentBlockDelta: { delta: { text: 'Step ' } } } }
          response.writeHead(200, { 'content-type': 'text/event-stream' })
          response.end(`data: ${JSON.stringify(delta)}\n\ndata: "by step."\n\n`)
          return
        }
        const [status, body] = answer(url)
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    if (address === null || typeof address === 'string') throw new Error('no port')
    gateway = await TestGateway.start({ config: config(`http://127.0.0.1:${address.port}`) })
  })
  after(async () => {
    await gateway.stop()
    await new Promise((resolve) => server.close(resolve))
  })

  const last = (): Seen => seen.at(-1) ?? assert.fail('nothing was asked')

  it('Veo on Vertex: an operation is asked for by POST, and the clip inside it is a video', async () => {
    const key = await gateway.newKey({ max_budget: 10 })
    const made = await gateway.call('POST', '/v1/videos', { model: 'veo', prompt: 'a cat', seconds: '4' }, key)
    assert.equal(made.status, 200, JSON.stringify(made.json))
    assert.equal(last().url, `/v1/${operation.replace(/\/operations.*/, '')}:predictLongRunning`)
    const path = `/v1/videos/${String(made.json['id'])}`
    assert.equal((await gateway.call('GET', path, undefined, key)).json['status'], 'in_progress')
    assert.equal(last().url, `/v1/${operation.replace(/\/operations.*/, '')}:fetchPredictOperation`)
    assert.deepEqual([last().json, last().headers['x-goog-api-key']], [{ operationName: operation }, 'google-key'])
    isDone = true
    await until(async () => (await gateway.spendRows(key, 1)).some((row) => row['status'] === 'lost'))
    assert.equal((await gateway.call('GET', path, undefined, key)).json['status'], 'completed')
    const content = await fetch(`${gateway.url}${path}/content`, { headers: { authorization: `Bearer ${key}` } })
    assert.equal(content.headers.get('content-type'), 'video/mp4')
    assert.deepEqual(Buffer.from(await content.arrayBuffer()), clip)
    await until(async () => (await gateway.spendRows(key, 1)).some((row) => row['status'] === 'success' && row['spend'] === 0.2))
  })

  const messages = [{ role: 'user', content: 'How many tokens are these?' }]
  const count = async (model: string): Promise<JsonObject> => {
    const key = await gateway.newKey()
    const { status, json } = await gateway.call('POST', '/v1/messages/count_tokens', { model, messages }, key)
    assert.equal(status, 200, JSON.stringify(json))
    return json
  }

  it('Claude on Bedrock is counted by Bedrock, and what Bedrock does not count by the gateway', async () => {
    assert.deepEqual(await count('claude'), { input_tokens: 17 })
    assert.equal(last().url, '/model/anthropic.claude-sonnet-4-5-20250929-v1%3A0/count-tokens')
    const asked = seen.length
    assert.equal((await count('nova'))['litellm_count_source'], 'local_estimate')
    assert.equal(seen.length, asked)
    counted = [400, { message: "The provided model doesn't support counting tokens." }]
    assert.equal((await count('claude'))['litellm_count_source'], 'local_estimate')
    counted = [400, { message: 'messages: roles must alternate' }]
    const key = await gateway.newKey()
    assert.equal((await gateway.call('POST', '/v1/messages/count_tokens', { model: 'claude', messages }, key)).status, 400)
  })

  it('the token counter asks the provider when it is told to', async () => {
    counted = [200, { inputTokens: 23 }]
    const key = await gateway.newKey()
    const counter = async (query: string, model: string): Promise<readonly unknown[]> => {
      const { json } = await gateway.call('POST', `/utils/token_counter${query}`, { model, messages }, key)
      return [json['total_tokens'], json['count_source']]
    }
    assert.deepEqual(await counter('?call_endpoint=true', 'claude'), [23, 'provider'])
    assert.equal((await counter('', 'claude'))[1], 'local_estimate')
    assert.equal((await counter('?call_endpoint=true', 'nova'))[1], 'local_estimate')
  })

  it('an agent of AgentCore answers a chat', async () => {
    const key = await gateway.newKey()
    const { json } = await gateway.call('POST', '/v1/chat/completions', { model: 'agent', messages, qualifier: 'LIVE' }, key)
    assert.match(JSON.stringify(json), /"content":"Planned\."/)
    assert.match(last().url, /^\/runtimes\/arn%3Aaws%3Abedrock-agentcore.*\/invocations\?qualifier=LIVE$/)
    assert.deepEqual(last().json, { prompt: 'How many tokens are these?' })
    assert.match(stringOf(last().headers['authorization']) ?? '', /\/bedrock-agentcore\/aws4_request/)
    const streamed = await fetch(`${gateway.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'agent', messages, qualifier: 'EVENTS', stream: true }),
    })
    const events = await streamed.text()
    assert.match(events, /"content":"Step "/)
    assert.match(events, /"content":"by step\."[^]*data: \[DONE\]/)
    assert.deepEqual(last().json, { prompt: 'How many tokens are these?' })
  })
})
