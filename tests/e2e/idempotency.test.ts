import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, beforeEach, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import Anthropic from '@anthropic-ai/sdk'
import { isObject, type JsonObject } from '@switchyard/wire'
import OpenAI from 'openai'
import { failure } from '../tools/fake-provider.ts'
import { openStage, type Stage } from '../tools/stage.ts'
import { until } from '../tools/until.ts'

const chat = '/v1/chat/completions'
const hi = { model: 'chat', messages: [{ role: 'user', content: 'hi' }], max_tokens: 2 } as const

interface Reply {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  readonly error: JsonObject
}

/** A connection of its own for each call, so that all workers get some. */
async function post({ gateway }: Stage, path: string, sent: Sent): Promise<Reply> {
  const { key, name, body = hi, header = 'Idempotency-Key' } = sent
  const headers = { authorization: `Bearer ${key}`, connection: 'close', [header]: name }
  const isForm = body instanceof FormData
  const reply = await fetch(`${gateway.url}${path}`, {
    method: 'POST',
    headers: isForm ? headers : { ...headers, 'content-type': 'application/json' },
    body: isForm ? body : JSON.stringify(body),
  })
  const text = await reply.text()
  return { status: reply.status, headers: reply.headers, text, error: reply.ok ? {} : errorIn(text) }
}

interface Sent {
  readonly key: string
  readonly name: string
  readonly body?: JsonObject | FormData
  readonly header?: string
}

function errorIn(text: string): JsonObject {
  const value: unknown = JSON.parse(text)
  return isObject(value) && isObject(value['error']) ? value['error'] : assert.fail(text)
}

const callIdOf = ({ headers }: Reply): string => headers.get('x-switchyard-call-id') ?? assert.fail('no call id')

function checkReplay(again: Reply, first: Reply): void {
  assert.deepEqual([again.status, again.text], [first.status, first.text])
  assert.equal(again.headers.get('content-type'), first.headers.get('content-type'))
  assert.equal(again.headers.get('x-switchyard-idempotent-replay'), 'true')
  assert.equal(callIdOf(again), callIdOf(first))
  assert.equal(first.headers.get('x-switchyard-idempotent-replay'), null)
}

function checkNotKept(again: Reply, first: Reply): void {
  assert.deepEqual([again.status, again.error['type']], [409, 'idempotency_conflict'])
  assert.match(String(again.error['message']), new RegExp(`call ${callIdOf(first)}\\).*not kept`))
  // Clients would repeat a 409 by themselves.
  assert.equal(again.headers.get('x-should-retry'), 'false')
}

describe('calls under an Idempotency-Key, two workers (reliability facts C10)', () => {
  let stage: Stage
  let key: string
  before(async () => {
    stage = await openStage({ args: ['--workers', '2'] })
    await until(() => stage.gateway.output.split('"message":"listening"').length > 2)
  })
  after(() => stage.close())
  beforeEach(async () => {
    stage.provider.reset()
    key = await stage.gateway.newKey({ max_budget: 1 })
  })

  it('20 at once are one call and one charge, whose answer the others get afterwards', async () => {
    stage.provider.next({ delayMs: 500 })
    const replies = await Promise.all(Array.from({ length: 20 }, () => post(stage, chat, { key, name: 'storm' })))
    const [first, ...more] = replies.filter(({ status }) => status === 200)
    assert.ok(first !== undefined && more.length === 0)
    const refused = replies.filter(({ status }) => status === 409)
    assert.equal(refused.length, 19)
    for (const { headers, error } of refused) {
      assert.deepEqual([error['type'], headers.get('retry-after')], ['idempotency_conflict', '1'])
      assert.match(String(error['message']), new RegExp(`still runs \\(call ${callIdOf(first)}\\)`))
    }
    for (let time = 0; time < 4; time++) checkReplay(await post(stage, chat, { key, name: 'storm' }), first)
    assert.equal(stage.provider.requests.length, 1)
    const rows = await stage.gateway.spendRows(key, 1)
    assert.deepEqual(
      rows.map((row) => row['litellm_call_id']),
      [callIdOf(first)],
    )
  })

  it('the key is not told to the provider', async () => {
    for (const header of ['Idempotency-Key', 'X-Idempotency-Key']) {
      await post(stage, chat, { key, name: 'mine', header })
      await post(stage, '/v1/messages', { key, name: 'mine', header, body: { ...hi, model: 'claude' } })
    }
    assert.equal(stage.provider.requests.length, 2)
    for (const { headers } of stage.provider.requests) assert.ok(!JSON.stringify(headers).includes('dempotency'))
  })

  it('another request under the same key is refused, another caller or route is not', async () => {
    const first = await post(stage, chat, { key, name: 'same' })
    const other = await post(stage, chat, { key, name: 'same', body: { ...hi, max_tokens: 3 } })
    assert.deepEqual([other.status, other.error['type']], [422, 'idempotency_mismatch'])
    assert.match(String(other.error['message']), new RegExp(`another body \\(call ${callIdOf(first)}\\)`))
    assert.equal(stage.provider.requests.length, 1)
    const others = [
      await post(stage, chat, { key: await stage.gateway.newKey(), name: 'same' }),
      await post(stage, chat, { key: stage.gateway.masterKey, name: 'same' }),
      await post(stage, '/v1/completions', { key, name: 'same', body: { model: 'chat', prompt: 'hi', max_tokens: 2 } }),
    ]
    assert.deepEqual(
      others.map(({ status, headers }) => [status, headers.get('x-switchyard-idempotent-replay')]),
      [
        [200, null],
        [200, null],
        [200, null],
      ],
    )
    assert.equal(stage.provider.requests.length, 4)
  })

  it('a stream is made once, and is not repeated', async () => {
    const body = { ...hi, stream: true, messages: [{ role: 'user', content: 'count 5' }] }
    stage.provider.next({ paceMs: 60 })
    const running = post(stage, chat, { key, name: 'stream', body })
    await until(() => stage.provider.requests.length === 1)
    const meanwhile = await post(stage, chat, { key, name: 'stream', body })
    assert.deepEqual([meanwhile.status, meanwhile.headers.get('retry-after')], [409, '1'])
    const first = await running
    assert.match(first.text, /data: \[DONE\]\n\n$/)
    checkNotKept(await post(stage, chat, { key, name: 'stream', body }), first)
    assert.equal(stage.provider.requests.length, 1)
  })

  it('a stream that broke when it had cost something is not made again', async () => {
    const body = { ...hi, stream: true, messages: [{ role: 'user', content: 'count 9' }] }
    stage.provider.next({ cut: { at: 4, by: 'reset' } })
    const first = await post(stage, chat, { key, name: 'broken', body })
    assert.match(first.text, /"error"/)
    checkNotKept(await post(stage, chat, { key, name: 'broken', body }), first)
    const [row] = await stage.gateway.spendRows(key, 1)
    assert.ok(Number(row?.['spend']) > 0, JSON.stringify(row))
    assert.equal(stage.provider.requests.length, 1)
  })

  it('an answer that is too large is not kept', async () => {
    stage.provider.next({ edit: ([text = '']) => [text.replace(/"content":\s*"/, `$&${'x'.repeat(256 * 1024)}`)] })
    const first = await post(stage, chat, { key, name: 'large' })
    assert.ok(first.status === 200 && first.text.length > 256 * 1024, first.text.slice(0, 500))
    checkNotKept(await post(stage, chat, { key, name: 'large' }), first)
  })

  it('a call that came to nothing frees its key', async () => {
    const unknown = { ...hi, model: 'nobody' }
    for (let time = 0; time < 2; time++) assert.equal((await post(stage, chat, { key, name: 'a', body: unknown })).status, 400)
    for (const status of [400, 500]) {
      const body = { ...hi, num_retries: 0 }
      stage.provider.next(failure(status))
      assert.notEqual((await post(stage, chat, { key, name: `b${status}`, body })).status, 200)
      const retry = await post(stage, chat, { key, name: `b${status}`, body })
      assert.deepEqual([retry.status, retry.headers.get('x-switchyard-idempotent-replay')], [200, null])
    }
    const poor = await stage.gateway.newKey({ max_budget: 1e-9 })
    assert.equal((await post(stage, chat, { key: poor, name: 'c' })).status, 422)
    await stage.gateway.call('POST', '/key/update', { key: poor, max_budget: 1 })
    await until(async () => (await post(stage, chat, { key: poor, name: 'c' })).status === 200)
  })

  it('a client that leaves before there is an answer frees its key', async () => {
    stage.provider.next({ delayMs: 3000 })
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json', 'idempotency-key': 'left' }
    const gone = fetch(`${stage.gateway.url}${chat}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(hi),
      signal: AbortSignal.timeout(200),
    })
    await assert.rejects(gone)
    await until(async () => (await post(stage, chat, { key, name: 'left' })).status === 200, 2000)
    assert.equal(stage.provider.requests.length, 2)
  })

  it('every dialect and operation has it, in its own words', async () => {
    const contents = [{ role: 'user', parts: [{ text: 'hi' }] }]
    const routes: readonly [path: string, body: JsonObject][] = [
      ['/v1/messages', { ...hi, model: 'claude' }],
      ['/v1/messages', { ...hi, model: 'chat' }],
      ['/v1/responses', { model: 'responses', input: 'hi' }],
      ['/v1/responses', { model: 'chat', input: 'hi' }],
      ['/v1/embeddings', { model: 'embed', input: 'hi' }],
      ['/v1/completions', { model: 'chat', prompt: 'hi' }],
      ['/v1beta/models/gemini:generateContent', { contents }],
      ['/openai/deployments/chat/chat/completions', { messages: hi.messages }],
      ['/cursor/chat/completions', { model: 'chat', input: 'hi' }],
      ['/v1/moderations', { model: 'openai', input: 'hi' }],
    ]
    for (const [at, [path, body]] of routes.entries()) {
      const first = await post(stage, path, { key, name: `r${at}`, body })
      assert.equal(first.status, 200, `${path} ${first.text}`)
      checkReplay(await post(stage, path, { key, name: `r${at}`, body }), first)
      const other = await post(stage, path, { key, name: `r${at}`, body: { ...body, user: 'somebody' } })
      assert.equal(other.status, 422, path)
      const bad = await post(stage, path, { key, name: 'x'.repeat(256), body })
      assert.equal(bad.status, 400, path)
      assert.match(String(bad.error['message']), /1 to 255 printable/)
    }
    assert.equal(stage.provider.requests.length, routes.length)
  })

  it('a form is known again, whatever its boundary', async () => {
    const form = (said: string): FormData => {
      const made = new FormData()
      made.set('model', 'openai')
      made.set('file', new Blob([said], { type: 'audio/wav' }), 'a.wav')
      return made
    }
    const first = await post(stage, '/v1/audio/transcriptions', { key, name: 'form', body: form('RIFF') })
    assert.equal(first.status, 200, first.text)
    checkReplay(await post(stage, '/v1/audio/transcriptions', { key, name: 'form', body: form('RIFF') }), first)
    const other = await post(stage, '/v1/audio/transcriptions', { key, name: 'form', body: form('RIFX') })
    assert.equal(other.status, 422)
  })

  it('the clients of OpenAI and Anthropic come by themselves to the answer of the call that runs', async () => {
    const headers = { 'Idempotency-Key': 'of-a-client' }
    const openai = new OpenAI({ apiKey: key, baseURL: `${stage.gateway.url}/v1` })
    const anthropic = new Anthropic({ apiKey: key, baseURL: stage.gateway.url })
    const messages = [{ role: 'user' as const, content: 'hi' }]
    stage.provider.next({ delayMs: 500 }, { delayMs: 500 })
    const ids = await Promise.all([
      ...[1, 2, 3].map(async () => (await openai.chat.completions.create({ model: 'chat', messages }, { headers })).id),
      ...[1, 2, 3].map(
        async () => (await anthropic.messages.create({ model: 'claude', messages, max_tokens: 2 }, { headers })).id,
      ),
    ])
    assert.equal(new Set(ids).size, 2)
    assert.equal(stage.provider.requests.length, 2)
    const taken = openai.chat.completions.create({ model: 'chat', messages, n: 1 }, { headers })
    await assert.rejects(taken, OpenAI.UnprocessableEntityError)
  })
})

describe('kill -9 of the worker that runs a call under an Idempotency-Key', () => {
  for (const workers of ['1', '2'])
    it(`frees the key; what was answered stays answered (${workers} worker(s))`, async () => {
      const dataDir = await mkdtemp(join(tmpdir(), 'switchyard-idempotency-'))
      const open = (): Promise<Stage> => openStage({ dataDir, args: ['--workers', workers] })
      const first = await open()
      const key = await first.gateway.newKey()
      const answered = await post(first, chat, { key, name: 'answered' })
      first.provider.next({ silent: true })
      const lost = assert.rejects(post(first, chat, { key, name: 'lost' }))
      await until(() => first.provider.requests.length === 2)
      await first.gateway.kill9()
      await lost
      await first.provider.stop()
      const second = await open()
      try {
        checkReplay(await post(second, chat, { key, name: 'answered' }), answered)
        await until(async () => (await post(second, chat, { key, name: 'lost' })).status === 200, 15_000)
        assert.equal(second.provider.requests.length, 1)
      } finally {
        await second.close()
        await rm(dataDir, { recursive: true, force: true })
      }
    })

  it('frees the key for the worker that is left', async () => {
    const stage = await openStage({ args: ['--workers', '2'] })
    const { gateway, provider } = stage
    try {
      await until(() => gateway.output.split('"message":"listening"').length > 2)
      const key = await gateway.newKey()
      provider.next({ silent: true })
      let isLost = false
      const lost = post(stage, chat, { key, name: 'lost' }).catch(() => (isLost = true))
      await until(() => provider.requests.length === 1)
      for (const [, pid] of gateway.output.matchAll(/"message":"listening".*"pid":(\d+)/g)) {
        if (isLost) break
        assert.equal((await post(stage, chat, { key, name: 'lost' })).status, 409)
        process.kill(Number(pid), 'SIGKILL')
        await Promise.race([lost, sleep(300)])
      }
      await lost
      const again = async (): Promise<boolean> =>
        (await post(stage, chat, { key, name: 'lost' }).catch(() => undefined))?.status === 200
      await until(again, 15_000)
      assert.equal(provider.requests.length, 2)
    } finally {
      await stage.close()
    }
  })
})
