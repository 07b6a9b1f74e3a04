import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import OpenAI, { toFile } from 'openai'
import type { JsonObject } from '@switchyard/wire'
import { TestGateway } from '../tools/gateway.ts'
import { until } from '../tools/until.ts'
import { clip, VideoProvider } from '../tools/video-provider.ts'

const config = (origin: string): string => `
model_list:
  - model_name: film
    litellm_params: { model: openai/sora-2, api_base: ${origin}/v1, api_key: sk-upstream }
  - model_name: azure-film
    litellm_params: { model: azure/sora-2, api_base: ${origin}, api_key: azure-key, api_version: 2025-02-01-preview }
  - model_name: any/*
    litellm_params: { model: openai/*, api_base: ${origin}/v1, api_key: sk-upstream }
router_settings: { num_retries: 0 }
switchyard_settings: { egress: { allow_private: true } }
`

describe('videos, with the client of OpenAI', () => {
  let provider: VideoProvider
  let gateway: TestGateway
  const client = (apiKey: string): OpenAI => new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey, maxRetries: 0 })
  before(async () => {
    provider = await VideoProvider.start()
    gateway = await TestGateway.start({ config: config(provider.origin) })
  })
  after(async () => {
    await gateway.stop()
    await provider.stop()
  })

  /** The row of the making, once it says what the test waits for. */
  async function rowWith(key: string, status: string): Promise<JsonObject> {
    let row: JsonObject | undefined
    await until(async () => {
      row = (await gateway.spendRows(key, 1)).find((one) => one['call_type'] === 'video' && one['status'] === status)
      return row !== undefined
    })
    return row ?? assert.fail()
  }

  const spendOf = async (key: string): Promise<unknown> => {
    const info = (await gateway.call('GET', '/key/info', undefined, key)).json['info']
    return typeof info === 'object' && info !== null && 'spend' in info ? info.spend : undefined
  }

  it('a form with a picture arrives as it is, and the row is settled when the clip is done', async () => {
    const key = await gateway.newKey({ max_budget: 5 })
    const picture = await toFile(Buffer.from([137, 80, 78, 71]), 'a.png', { type: 'image/png' })
    const made = await client(key).videos.create({ model: 'film', prompt: 'a cat', seconds: '8', input_reference: picture })
    assert.match(made.id, /^video_sy/)
    assert.equal(made.status, 'queued')
    const sent = provider.last
    assert.equal(sent.url, '/v1/videos')
    assert.equal(sent.headers['authorization'], 'Bearer sk-upstream')
    assert.ok(sent.body.includes('name="model"\r\n\r\nsora-2\r\n'))
    assert.ok(sent.body.includes('name="input_reference"; filename="a.png"\r\nContent-Type: image/png\r\n\r\n\x89PNG'))
    // Eight seconds at $0.10.
    assert.equal((await rowWith(key, 'lost'))['spend'], 0.8)

    assert.equal((await client(key).videos.retrieve(made.id)).status, 'queued')
    provider.end({ status: 'completed', progress: 100, seconds: '4' })
    const done = await client(key).videos.retrieve(made.id)
    assert.deepEqual([done.id, done.status], [made.id, 'completed'])
    const row = await rowWith(key, 'success')
    assert.equal(row['spend'], 0.4)
    await until(async () => (await spendOf(key)) === 0.4)

    await client(key).videos.retrieve(made.id)
    const rows = (await gateway.spendRows(key, 1)).filter((one) => one['call_type'] === 'video')
    assert.equal(rows.length, 1)
  })

  it('a clip that could not be made costs nothing', async () => {
    const key = await gateway.newKey({ max_budget: 5 })
    const { json } = await gateway.call('POST', '/videos', { model: 'film', prompt: 'refuse this', seconds: 12 }, key)
    assert.deepEqual(JSON.parse(provider.last.body), { model: 'sora-2', prompt: 'refuse this', seconds: 12 })
    assert.equal((await rowWith(key, 'lost'))['spend'], 1.2)
    const told = await gateway.call('GET', `/v1/videos/${String(json['id'])}`, undefined, key)
    assert.equal(told.json['status'], 'failed')
    assert.equal((await rowWith(key, 'failure'))['spend'], 0)
    await until(async () => (await spendOf(key)) === 0)
  })

  it('what a budget cannot pay for is not begun', async () => {
    const key = await gateway.newKey({ max_budget: 1 })
    const before = provider.requests.length
    // Who names no length is reserved the longest clip.
    await assert.rejects(client(key).videos.create({ model: 'film', prompt: 'a cat' }), { status: 422 })
    await assert.rejects(client(key).videos.create({ model: 'film', prompt: 'a cat', seconds: '12' }), { status: 422 })
    assert.equal(provider.requests.length, before)
    await client(key).videos.create({ model: 'film', prompt: 'a cat', seconds: '8' })
  })

  it('content is streamed, videos are listed, remixed and deleted', async () => {
    const key = await gateway.newKey({ max_budget: 5 })
    const made = await client(key).videos.create({ model: 'any/sora-2', prompt: 'a dog', seconds: '4' })
    const content = await client(key).videos.downloadContent(made.id, { variant: 'thumbnail' })
    assert.equal(content.headers.get('content-type'), 'video/mp4')
    assert.deepEqual(Buffer.from(await content.arrayBuffer()), clip)
    assert.match(provider.last.url, /^\/v1\/videos\/video_\d+\/content\?variant=thumbnail$/)

    const remix = await client(key).videos.remix(made.id, { prompt: 'a wolf' })
    assert.match(provider.last.url, /^\/v1\/videos\/video_\d+\/remix$/)
    assert.deepEqual(JSON.parse(provider.last.body), { prompt: 'a wolf' })
    assert.notEqual(remix.id, made.id)
    const source = await client(key).videos.retrieve(remix.remixed_from_video_id ?? '')
    assert.equal(source.seconds, '4')
    await until(async () => (await spendOf(key)) === 0.8)
    provider.end({ status: 'completed' })
    await until(async () => {
      await client(key).videos.retrieve(remix.id)
      return (await gateway.spendRows(key, 1)).some((row) => row['status'] === 'success' && row['spend'] === 0.4)
    })

    const { data } = await client(key).videos.list()
    assert.ok(data.some(({ id }) => id === remix.id))
    assert.ok(data.some(({ id }) => id === made.id))
    const gone = await client(key).videos.delete(made.id)
    assert.deepEqual([gone.id, gone.deleted], [made.id, true])
    assert.ok(!(await client(key).videos.list()).data.some(({ id }) => id === made.id))
    await assert.rejects(client(key).videos.retrieve(made.id), { status: 404 })
  })

  it('a key sees its own videos only, and the provider’s ids open nothing', async () => {
    const key = await gateway.newKey()
    const made = await client(key).videos.create({ model: 'film', prompt: 'mine', seconds: '4' })
    const stranger = client(await gateway.newKey())
    const upstreamId = [...provider.videos.keys()].at(-1) ?? ''
    const before = provider.requests.length
    for (const id of [made.id, upstreamId]) {
      await assert.rejects(stranger.videos.retrieve(id), { status: 404 })
      await assert.rejects(stranger.videos.downloadContent(id), { status: 404 })
      await assert.rejects(stranger.videos.remix(id, { prompt: 'x' }), { status: 404 })
      await assert.rejects(stranger.videos.delete(id), { status: 404 })
    }
    assert.deepEqual((await stranger.videos.list()).data, [])
    const stolen = { model: 'film', prompt: 'x', input_reference: { file_id: 'file-of-somebody' } }
    await assert.rejects(stranger.videos.create(stolen), { status: 404 })
    const { status } = await gateway.call('POST', '/v1/videos', stolen, await gateway.newKey())
    assert.equal(status, 404)
    assert.equal(provider.requests.length, before)
  })

  it('Azure’s videos live in its v1 API, whatever version is configured', async () => {
    const key = await gateway.newKey()
    const made = await client(key).videos.create({ model: 'azure-film', prompt: 'a cat', seconds: '4' })
    assert.equal(provider.last.url, '/openai/v1/videos')
    assert.equal(provider.last.headers['api-key'], 'azure-key')
    await client(key).videos.downloadContent(made.id)
    assert.match(provider.last.url, /^\/openai\/v1\/videos\/video_\d+\/content$/)
    assert.equal(provider.last.headers['api-key'], 'azure-key')
  })

  it('wrong requests are refused before anything is sent', async () => {
    const key = await gateway.newKey()
    const before = provider.requests.length
    const post = (body: JsonObject) => gateway.call('POST', '/v1/videos', body, key)
    assert.equal((await post({ model: 'film' })).status, 400)
    assert.equal((await post({ model: 'film', prompt: 7 })).status, 400)
    assert.equal((await post({ model: 'film', prompt: 'x', input_reference: '{"file_id":"file-x"}' })).status, 400)
    assert.equal((await post({ prompt: 'x' })).status, 400)
    assert.equal(provider.requests.length, before)
  })
})
