import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { after, before, describe, it } from 'node:test'
import OpenAI, { toFile } from 'openai'
import { objectOf, parseJson, type JsonObject } from '@switchyard/wire'
import { TestGateway } from '../tools/gateway.ts'
import { until } from '../tools/until.ts'
import { clip } from '../tools/video-provider.ts'

const config = (origin: string): string => `
model_list:
  - model_name: veo
    litellm_params: { model: gemini/veo-3.1-generate-preview, api_base: ${origin}, api_key: google-key }
  - model_name: runway
    litellm_params:
      { model: runwayml/gen4_turbo, api_base: "${origin}/v1", api_key: runway-key, output_cost_per_second: 0.05 }
router_settings: { num_retries: 0 }
switchyard_settings: { egress: { allow_private: true } }
`

interface Seen {
  readonly method: string
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly json: JsonObject
}

const operation = 'models/veo-3.1-generate-preview/operations/op_1'

describe('videos of providers with jobs of their own', () => {
  const seen: Seen[] = []
  let origin = ''
  let isDone = false
  let server: Server
  let gateway: TestGateway
  const client = (apiKey: string): OpenAI => new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey, maxRetries: 0 })

  function answer({ url = '' }: IncomingMessage, response: ServerResponse): void {
    const json = (value: JsonObject): void => {
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end(JSON.stringify(value))
    }
    if (url.endsWith(':predictLongRunning')) return json({ name: operation })
    if (url.endsWith(operation)) {
      const samples = [{ video: { uri: `${origin}/v1beta/files/a:download?alt=media` } }]
      return json(
        isDone
          ? { name: operation, done: true, response: { generateVideoResponse: { generatedSamples: samples } } }
          : { name: operation },
      )
    }
    if (url.endsWith('_to_video')) return json({ id: 'task-1' })
    if (url.endsWith('/tasks/task-1')) {
      return json(
        isDone
          ? { id: 'task-1', status: 'SUCCEEDED', output: ['https://video.invalid/a.mp4'] }
          : { id: 'task-1', status: 'RUNNING' },
      )
    }
    if (url.includes('files/a:download')) {
      response.writeHead(302, { location: '/download/a' })
      response.end()
      return
    }
    response.writeHead(200, { 'content-type': 'video/mp4' })
    response.end(clip)
  }

  before(async () => {
    server = createServer((request, response) => {
      const pieces: Buffer[] = []
      request.on('data', (piece: Buffer) => pieces.push(piece))
      request.on('end', () => {
        const { method = '', url = '', headers } = request
        seen.push({ method, url, headers, json: objectOf(parseJson(Buffer.concat(pieces).toString())) ?? {} })
        answer(request, response)
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    if (address === null || typeof address === 'string') throw new Error('no port')
    origin = `http://127.0.0.1:${address.port}`
    gateway = await TestGateway.start({ config: config(origin) })
  })
  after(async () => {
    await gateway.stop()
    await new Promise((resolve) => server.close(resolve))
  })

  const last = (): Seen => seen.at(-1) ?? assert.fail('nothing was asked')

  const settledSpend = async (key: string): Promise<unknown> => {
    let spend: unknown
    await until(async () => {
      const rows = await gateway.spendRows(key, 1)
      const row = rows.find((one) => one['call_type'] === 'video' && one['status'] === 'success')
      spend = row?.['spend']
      return row !== undefined
    })
    return spend
  }

  it('Veo: made, asked for and fetched through one redirect', async () => {
    isDone = false
    const key = await gateway.newKey({ max_budget: 10 })
    const picture = await toFile(Buffer.from([1, 2, 3]), 'a.png', { type: 'image/png' })
    const made = await client(key).videos.create({ model: 'veo', prompt: 'a cat', size: '1280x720', input_reference: picture })
    assert.deepEqual([made.status, made.seconds, made.size], ['queued', '8', '1280x720'])
    assert.equal(last().url, '/v1beta/models/veo-3.1-generate-preview:predictLongRunning')
    assert.equal(last().headers['x-goog-api-key'], 'google-key')
    assert.deepEqual(last().json, {
      instances: [{ prompt: 'a cat', image: { bytesBase64Encoded: 'AQID', mimeType: 'image/png' } }],
      parameters: { aspectRatio: '16:9', resolution: '720p', durationSeconds: 8 },
    })
    assert.equal((await client(key).videos.retrieve(made.id)).status, 'in_progress')
    await assert.rejects(client(key).videos.downloadContent(made.id), { status: 404 })
    isDone = true
    await until(async () => (await gateway.spendRows(key, 1)).some((row) => row['status'] === 'lost'))
    const done = await client(key).videos.retrieve(made.id)
    assert.deepEqual([done.id, done.status, done.seconds, done.size], [made.id, 'completed', '8', '1280x720'])
    assert.ok(done.created_at > 1_700_000_000)
    const content = await client(key).videos.downloadContent(made.id)
    assert.deepEqual(Buffer.from(await content.arrayBuffer()), clip)
    assert.equal(last().url, '/download/a')
    // Eight seconds at $0.40.
    assert.equal(await settledSpend(key), 3.2)
    await assert.rejects(client(key).videos.remix(made.id, { prompt: 'a dog' }), { status: 400 })
  })

  it('Runway: a task is made, and its price settled when it is done', async () => {
    isDone = false
    const key = await gateway.newKey({ max_budget: 10 })
    const made = await gateway.call('POST', '/v1/videos', { model: 'runway', prompt: 'a cat', seconds: 10 }, key)
    assert.deepEqual([made.json['status'], made.json['seconds']], ['queued', '10'])
    assert.deepEqual([last().url, last().headers['x-runway-version']], ['/v1/text_to_video', '2024-11-06'])
    assert.deepEqual(last().json, { model: 'gen4_turbo', promptText: 'a cat', ratio: '1280:720', duration: 10 })
    const id = String(made.json['id'])
    assert.equal((await client(key).videos.retrieve(id)).status, 'in_progress')
    assert.deepEqual([last().url, last().headers['authorization']], ['/v1/tasks/task-1', 'Bearer runway-key'])
    await until(async () => (await gateway.spendRows(key, 1)).some((row) => row['status'] === 'lost'))
    isDone = true
    assert.equal((await client(key).videos.retrieve(id)).status, 'completed')
    assert.equal(await settledSpend(key), 0.5)
    // The clip lies with somebody else, who is asked without the key and cannot be reached here.
    await assert.rejects(client(key).videos.downloadContent(id), { status: 502 })
  })
})
