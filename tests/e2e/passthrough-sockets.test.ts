import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { after, afterEach, before, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { JsonObject } from '@switchyard/wire'
import { FakeLive } from '../tools/fake/live.ts'
import { FakeRealtime, realtimeUsage } from '../tools/fake/realtime.ts'
import { FakeSockets } from '../tools/fake/sockets.ts'
import { TestGateway } from '../tools/gateway.ts'
import { RealtimeClient } from '../tools/realtime-client.ts'
import { until } from '../tools/until.ts'

const handshake = {
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
}
const livePath = '/gemini/ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent'
const setup = { setup: { model: 'models/gemini-3.8-live' } }
const turn = { clientContent: { turns: [{ role: 'user', parts: [{ text: 'hi' }] }], turnComplete: true } }

describe('WebSockets that are passed through', () => {
  const vendor = new FakeSockets()
  const realtime = new FakeRealtime()
  const live = new FakeLive()
  const clients: RealtimeClient[] = []
  let gateway: TestGateway

  before(async () => {
    gateway = await TestGateway.start({
      config: 'switchyard_settings: { egress: { allow_private: true } }',
      env: {
        DEEPGRAM_API_KEY: 'upstream-key',
        DEEPGRAM_API_BASE: `${vendor.origin}/v1`,
        ELEVENLABS_API_KEY: 'upstream-key',
        ELEVENLABS_API_BASE: vendor.origin,
        ASSEMBLYAI_API_KEY: 'upstream-key',
        ASSEMBLYAI_API_BASE: `${vendor.origin}/v1`,
        OPENAI_API_KEY: 'upstream-key',
        OPENAI_BASE_URL: `${realtime.origin}/v1`,
        VERTEXAI_API_KEY: 'upstream-key',
        VERTEXAI_API_BASE: live.origin,
        GEMINI_API_KEY: 'upstream-key',
        GEMINI_API_BASE: live.origin,
      },
    })
  })
  afterEach(async () => {
    for (const client of clients.splice(0)) client.cut()
    await until(() => vendor.sessions === 0 && realtime.sessions === 0)
    vendor.reset()
  })
  after(async () => {
    await gateway.stop()
    await Promise.all([vendor.stop(), realtime.stop(), live.stop()])
  })

  const open = async (path: string, headers: Record<string, string>, protocols: string[] = []): Promise<RealtimeClient> => {
    const more = protocols.length === 0 ? {} : { protocols }
    const client = await RealtimeClient.open(gateway.url + path, { headers, ...more })
    clients.push(client)
    return client
  }
  const refusal = async (path: string, headers: Record<string, string>): Promise<{ status: number; text: string }> => {
    const reply = await fetch(gateway.url + path, { headers: { ...handshake, ...headers } })
    return { status: reply.status, text: await reply.text() }
  }
  const billed = (rows: readonly JsonObject[]): readonly unknown[] =>
    rows.map((row) => [row['call_type'], row['model'], row['status'], row['spend']])

  it('a live recording: frames as they are, our key, and one row by what the provider says of its length', async () => {
    const key = await gateway.newKey({ max_budget: 5 })
    vendor.vendor = { heard: (peer, message) => void (typeof message === 'string' && peer.send(message)) }
    const client = await open('/deepgram/v1/listen?model=nova-3&encoding=linear16', { authorization: `Token ${key}` })
    client.send('{"type":"KeepAlive",  "n": 1.50}')
    client.send(new Uint8Array([1, 2, 0, 255]))
    await client.heard('KeepAlive')
    await until(() => vendor.heard.length === 2)
    assert.deepEqual(vendor.heard, ['{"type":"KeepAlive",  "n": 1.50}', Buffer.from([1, 2, 0, 255])])
    const { url, headers } = vendor.seen[0] ?? assert.fail('nothing came')
    assert.equal(url, `${vendor.origin}/v1/listen?model=nova-3&encoding=linear16`)
    assert.equal(headers.get('authorization'), 'Token upstream-key')
    assert.doesNotMatch(JSON.stringify([...headers]), new RegExp(key))
    vendor.say('{"type":"Results","start":30,"duration":10}')
    vendor.say('{"type":"Metadata","duration":60,"channels":1}')
    await client.heard('Metadata')
    client.close()
    const [row, ...more] = await gateway.spendRows(key, 1)
    assert.deepEqual(billed([row ?? {}]), [['transcription', 'nova-3', 'success', 0.0043002]])
    assert.equal(more.length, 0)
  })

  it('closes pass with their codes, both ways', async () => {
    const key = await gateway.newKey()
    const headers = { authorization: `Token ${key}` }
    const leaving = await open('/deepgram/v1/listen', headers)
    leaving.close(4001)
    await until(() => vendor.closes.length === 1)
    assert.equal(vendor.closes[0]?.code, 4001)
    const left = await open('/deepgram/v1/listen', headers)
    await until(() => vendor.sessions === 1)
    vendor.leave(1008, 'DATA-0000')
    assert.deepEqual(await left.ended(), { code: 1008, reason: 'DATA-0000' })
    const rows = await gateway.spendRows(key, 2)
    assert.deepEqual(rows.map((row) => row['status']).toSorted(), ['failure', 'success'])
  })

  it('a browser sends its key as a protocol, which is never sent back', async () => {
    const key = await gateway.newKey()
    const client = await open('/deepgram/listen?model=nova-3', {}, ['token', key])
    assert.equal(client.protocol, 'token')
    const { url, headers } = vendor.seen[0] ?? assert.fail('nothing came')
    assert.deepEqual([url, headers.get('sec-websocket-protocol')], [`${vendor.origin}/v1/listen?model=nova-3`, null])
  })

  it('who talks for long pays while it goes on, until the budget is used', async () => {
    // 600 seconds are reserved at 0.043 dollars, and what was used is paid each time that it is more than half of that.
    const key = await gateway.newKey({ max_budget: 0.08 })
    const client = await open('/deepgram/v1/listen?model=nova-3', { authorization: `Token ${key}` })
    await until(() => vendor.sessions === 1)
    for (const start of [0, 400, 800, 1200]) vendor.say(JSON.stringify({ type: 'Results', start, duration: 400 }))
    const { code, reason } = await client.ended()
    assert.equal(code, 1008)
    assert.match(reason, /budget/i)
    const rows = await gateway.spendRows(key, 2)
    assert.ok(rows.every(({ model }) => model === 'nova-3'))
    const spend = rows.reduce((sum, row) => sum + Number(row['spend']), 0)
    assert.ok(spend > 0.05 && spend <= 0.08, String(spend))
  })

  it('speech is paid by the characters that are sent, and a key in a message stays here', async () => {
    const key = await gateway.newKey({ max_budget: 5 })
    vendor.vendor = { heard: (peer) => void peer.send('{"type":"audio","audio":"AAAA"}') }
    const client = await open('/elevenlabs/v1/text-to-speech/V/stream-input?model_id=eleven_multilingual_v2', {
      'xi-api-key': key,
    })
    client.send(`{"text":" ","xi_api_key":"${key}","voice_settings":{"speed":1.0}}`)
    client.send('{"text":"hello","flush":true}')
    await client.heard('audio', 2)
    assert.deepEqual(vendor.heard, ['{"text":" ","voice_settings":{"speed":1.0}}', '{"text":"hello","flush":true}'])
    assert.equal(vendor.seen[0]?.headers.get('xi-api-key'), 'upstream-key')
    vendor.leave(1000)
    assert.equal((await client.ended()).code, 1000)
    assert.deepEqual(billed(await gateway.spendRows(key, 1)), [['speech', 'eleven_multilingual_v2', 'success', 0.00108]])
  })

  it('a text that the budget does not pay for goes nowhere', async () => {
    const key = await gateway.newKey({ max_budget: 1 })
    const client = await open('/elevenlabs/v1/text-to-speech/V/stream-input', { 'xi-api-key': key })
    client.send(JSON.stringify({ text: 'x'.repeat(6000) }))
    assert.equal((await client.ended()).code, 1008)
    assert.equal(vendor.heard.length, 0)
    assert.deepEqual(billed(await gateway.spendRows(key, 1)), [['speech', 'eleven_multilingual_v2', 'failure', 0]])
  })

  it('a live conversation in the provider’s own protocol: its first message names the model', async () => {
    const key = await gateway.newKey({ max_budget: 5 })
    const client = await open(`${livePath}?key=${key}`, {})
    client.send(JSON.stringify(setup))
    client.send(JSON.stringify(turn))
    await until(() => client.events.length === 4)
    assert.deepEqual(live.messages.splice(0), [setup, turn])
    assert.deepEqual(client.events[3], {
      serverContent: { turnComplete: true },
      usageMetadata: { promptTokenCount: 9, responseTokenCount: 12, totalTokenCount: 21 },
    })
    const { url, headers } = live.seen.at(-1) ?? assert.fail('nothing came')
    assert.equal(url, `${live.origin}${livePath.slice('/gemini'.length)}`)
    assert.equal(headers.get('x-goog-api-key'), 'upstream-key')
    client.close()
    const rows = await gateway.spendRows(key, 2)
    const paid = rows.find((row) => row['prompt_tokens'] === 9)
    assert.deepEqual([paid?.['completion_tokens'], paid?.['model'], paid?.['call_type']], [12, 'gemini-3.8-live', 'realtime'])
    assert.ok(Number(paid?.['spend']) > 0)
  })

  it('Vertex AI’s too, at the short path that LiteLLM has', async () => {
    const key = await gateway.newKey()
    const client = await open('/vertex_ai/live', { authorization: `Bearer ${key}` })
    const vertexSetup = { setup: { model: 'projects/p/locations/l/publishers/google/models/gemini-3.8-live' } }
    client.send(JSON.stringify(vertexSetup))
    client.send(JSON.stringify(turn))
    await until(() => client.events.length === 4)
    assert.deepEqual(live.messages.splice(0), [vertexSetup, turn])
    const { url, headers } = live.seen.at(-1) ?? assert.fail('nothing came')
    assert.equal(url, `${live.origin}/ws/google.cloud.aiplatform.v1.LlmBidiService/BidiGenerateContent`)
    assert.equal(headers.get('x-goog-api-key'), 'upstream-key')
    client.close()
    const rows = await gateway.spendRows(key, 2)
    assert.ok(rows.some((row) => row['prompt_tokens'] === 9 && row['model'] === 'gemini-3.8-live'))
  })

  it('whoever may not use that model is told so when it is named', async () => {
    const narrow = await gateway.newKey({ models: ['another'] })
    const unpriced = await gateway.newKey({ max_budget: 5 })
    const before = live.seen.length
    for (const [key, model, why] of [
      [narrow, 'gemini-3.8-live', /may not use the model/],
      [unpriced, 'gemini-of-nobody', /no known price/],
      [await gateway.newKey({ max_budget: 0.000001 }), 'gemini-3.8-live', /budget/i],
    ] as const) {
      const client = await open(livePath, { 'x-goog-api-key': key })
      client.send(JSON.stringify({ setup: { model: `models/${model}` } }))
      const { code, reason } = await client.ended()
      assert.equal(code, 1008)
      assert.match(reason, why)
    }
    const unnamed = await open(livePath, { 'x-goog-api-key': unpriced })
    unnamed.send(JSON.stringify(turn))
    assert.match((await unnamed.ended()).reason, /names no model/)
    assert.equal(live.seen.length, before)
  })

  it('a realtime session without an entry in the model list, response by response', async () => {
    const key = await gateway.newKey({ max_budget: 5 })
    const client = await open('/openai_passthrough/v1/realtime?model=gpt-realtime', { authorization: `Bearer ${key}` })
    await client.heard('session.created')
    client.send({ type: 'response.create' })
    await client.heard('response.done')
    client.close()
    const seen = realtime.seen.at(-1)
    assert.equal(seen?.url, `${realtime.origin}/v1/realtime?model=gpt-realtime`)
    assert.equal(seen.headers.get('authorization'), 'Bearer upstream-key')
    const rows = await gateway.spendRows(key, 2)
    assert.ok(rows.some((row) => row['prompt_tokens'] === realtimeUsage['input_tokens'] && Number(row['spend']) > 0))
  })

  it('what is not metered, or not priced, is not for keys with a budget', async () => {
    const poor = { authorization: `Token ${await gateway.newKey({ max_budget: 5 })}` }
    const unknown = await refusal('/deepgram/v1/read/live', poor)
    assert.deepEqual([unknown.status, /not metered/.test(unknown.text)], [403, true])
    const unpriced = await refusal('/assemblyai/v3/ws?speech_model=universal-streaming-english', poor)
    assert.deepEqual([unpriced.status, /no known price/.test(unpriced.text)], [403, true])
    const unnamed = await refusal('/assemblyai/v3/ws', poor)
    assert.deepEqual([unnamed.status, /Name the model/.test(unnamed.text)], [400, true])
    assert.equal((await refusal('/deepgram/v1/listen', { authorization: 'Token sk-unknown' })).status, 401)
    assert.equal((await refusal('/deepgram/v1/agent/converse', poor)).status, 403)
    assert.equal(vendor.seen.length, 0)
    const key = await gateway.newKey()
    vendor.vendor = { opened: (peer) => void peer.send('{"type":"Begin"}') }
    for (const path of ['/deepgram/v1/read/live', '/assemblyai/v3/ws?speech_model=universal-streaming-english']) {
      const client = await open(path, { authorization: `Token ${key}` })
      await client.heard('Begin')
      client.close()
    }
    assert.equal(vendor.seen[1]?.headers.get('authorization'), 'upstream-key')
    const rows = await gateway.spendRows(key, 2)
    assert.deepEqual(rows.map((row) => row['call_type']).toSorted(), ['passthrough', 'transcription'])
  })

  it('a handshake that the provider refuses is told, without its words, and is a row', async () => {
    const key = await gateway.newKey()
    vendor.refuses = 401
    const { status, text } = await refusal('/deepgram/v1/listen?model=nova-3', { authorization: `Token ${key}` })
    assert.equal(status, 502)
    assert.match(text, /does not accept this gateway's own credential/)
    assert.deepEqual(billed(await gateway.spendRows(key, 1)), [['transcription', 'nova-3', 'failure', 0]])
  })

  it('a client that reads slowly slows the provider down, and loses nothing', { timeout: 30_000 }, async () => {
    const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1')
    let received = 0
    socket.on('data', (bytes: Buffer) => (received += bytes.length))
    const fields = Object.entries({ ...handshake, host: 'x', authorization: `Token ${gateway.masterKey}` })
    const head = fields.map(([name, value]) => `${name}: ${value}\r\n`).join('')
    socket.write(`GET /deepgram/v1/listen?model=nova-3 HTTP/1.1\r\n${head}\r\n`)
    await until(() => vendor.sessions === 1 && received > 0)
    socket.pause()
    const [count, size] = [64, 1024 * 1024]
    for (let said = 0; said < count; said++) vendor.say(new Uint8Array(size))
    await sleep(300)
    assert.ok(vendor.unsent > (count * size) / 2, `only ${vendor.unsent} bytes wait at the provider`)
    socket.resume()
    await until(() => received > count * size)
    socket.destroy()
  })

  it('sessions take places among the parallel requests, and give them back', async () => {
    const key = await gateway.newKey({ max_parallel_requests: 1 })
    const headers = { authorization: `Token ${key}` }
    const client = await open('/deepgram/v1/listen?model=nova-3', headers)
    assert.equal((await refusal('/deepgram/v1/listen?model=nova-3', headers)).status, 429)
    client.close()
    await gateway.spendRows(key, 1)
    assert.ok((await open('/deepgram/v1/listen?model=nova-3', headers)).isOpen)
  })
})
