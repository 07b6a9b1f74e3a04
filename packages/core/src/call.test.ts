import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, it } from 'node:test'
import { fail, isGatewayError, objectOf, ReplyCollector, type GatewayError } from '@switchyard/wire'
import { runCall, type Call, type Engine } from './call.ts'
import { withOverrides } from './catalog/index.ts'
import { overloadedType } from './router/index.ts'
import {
  Books,
  bytesOf,
  callOf,
  chatBody,
  chatEvents,
  chatReply,
  deploymentOf,
  engineOf,
  errorBody,
  Harbour,
  incoming,
  providerOf,
  readAllText,
  stalling,
  stream,
  textOf,
} from './test-kit.ts'

const timeouts = { connectMs: 0, firstByteMs: 0, idleMs: 0, totalMs: 0 }
const good = () => incoming(200, chatReply())
const failing = (status: number, headers = {}) => incoming(status, errorBody('no'), headers)

async function failureOf(call: Call, engine: Engine, books: Books): Promise<GatewayError> {
  try {
    await runCall(call, engine, books)
  } catch (error) {
    assert(isGatewayError(error), String(error))
    return error
  }
  return assert.fail('the call succeeded')
}

describe('a call with a whole reply', () => {
  it('is relayed byte by byte and settled with what the provider said', async () => {
    const reply = '{ "id":"x", "future": 1.50, "choices":[], "usage":{"prompt_tokens":7,"completion_tokens":2} }'
    const harbour = new Harbour(() => incoming(200, reply))
    const books = new Books()
    const result = await runCall(callOf(chatBody()), engineOf([deploymentOf()], harbour), books)
    assert.equal(await readAllText(result.body), reply)
    assert.deepEqual([result.mode, result.attempts, result.fallbacks, result.costNano], ['relay', 1, 0, 9])
    assert.equal(harbour.sent[0]?.url, 'https://one.example/chat/completions')
    assert.equal(textOf(harbour.sent[0].body ?? bytesOf('')), '{"model":"harbour-1","messages":[{"role":"user","content":"Hi"}]}')
    const [row] = books.rows
    assert.equal(row?.providerId, 'x')
    assert.deepEqual([row.usage.input, row.usage.output, row.usage.estimated], [7, 2, undefined])
    books.balance()
  })

  it('asks a model for no more than it can write where the dialect demands a limit', async () => {
    const harbour = new Harbour(() => incoming(200, JSON.stringify(chatReply())))
    const facts = withOverrides({ id: 'harbour-1', provider: 'harbour', asOf: '2026-11-22' }, { max_output_tokens: 4096 })
    const engine = engineOf([deploymentOf({ facts })], harbour)
    for (const max_tokens of [32_000, 100])
      await runCall(callOf({ ...chatBody(), max_tokens }, { shape: 'anthropic-messages' }), engine, new Books())
    const limits = harbour.sent.map((sent) => objectOf(JSON.parse(textOf(sent.body ?? bytesOf('{}'))))?.['max_tokens'])
    assert.deepEqual(limits, [4096, 100])
  })

  it('takes the headers of its dialect along, but only to a provider of that dialect', async () => {
    const harbour = new Harbour(() => incoming(200, JSON.stringify(chatReply())))
    const headers = { forwarded: { 'x-trace': 't' }, dialectHeaders: { 'anthropic-beta': 'new' } }
    const body = { ...chatBody(), max_tokens: 5 }
    for (const shape of ['openai-chat', 'anthropic-messages'] as const) {
      await runCall(callOf(body, { shape, ...headers }), engineOf([deploymentOf()], harbour), new Books())
    }
    assert.deepEqual(
      harbour.sent.map((sent) => [sent.headers['x-trace'], sent.headers['anthropic-beta']]),
      [
        ['t', 'new'],
        ['t', undefined],
      ],
    )
  })

  it('is estimated when the provider does not count or counts nonsense', async () => {
    const { usage: _usage, ...uncounted } = chatReply()
    const absurd = chatReply({
      usage: { prompt_tokens: -5, completion_tokens: 1e15, completion_tokens_details: { reasoning_tokens: 1e16 } },
    })
    const books = new Books()
    const harbour = new Harbour((_outgoing, _options, sent) => incoming(200, sent === 1 ? uncounted : absurd))
    const engine = engineOf([deploymentOf()], harbour)
    await runCall(callOf(chatBody()), engine, books)
    await runCall(callOf(chatBody()), engine, books)
    for (const { usage } of books.rows) assert(usage.estimated && usage.input > 0 && usage.output > 0 && usage.output < 1000)
    assert.equal(books.rows.length, 2)
  })

  for (const [what, answer, kind] of [
    ['HTML', () => incoming(200, '<html>', { 'content-type': 'text/html' }), 'bad_reply'],
    ['nothing', () => incoming(200, ''), 'bad_reply'],
    ['a list', () => incoming(200, '[]'), 'bad_reply'],
    ['half an object', () => incoming(200, '{"id":'), 'bad_reply'],
    ['an error with status 200', () => incoming(200, { error: { message: 'slow down', code: 429 } }), 'rate_limited'],
    ['a redirect', () => incoming(302, '', { location: 'http://169.254.169.254/' }), 'bad_gateway'],
  ] as const) {
    it(`that is ${what} is a failure of the provider`, async () => {
      const books = new Books()
      const harbour = new Harbour(answer)
      const error = await failureOf(callOf(chatBody(), { retries: 0 }), engineOf([deploymentOf()], harbour), books)
      assert.equal(error.kind, kind)
      assert.deepEqual(books.statuses, ['failure'])
      assert.equal(harbour.sent.length, 1)
    })
  }

  it('that breaks off is bad_gateway, and a provider out of reach is unreachable', async () => {
    async function* broken(): AsyncGenerator<Uint8Array, void, void> {
      yield bytesOf('{"id"')
      throw new Error('ECONNRESET')
    }
    const books = new Books()
    const cut = new Harbour(() => incoming(200, broken(), { 'content-type': 'application/json' }))
    assert.equal(
      (await failureOf(callOf(chatBody(), { retries: 0 }), engineOf([deploymentOf()], cut), books)).kind,
      'bad_gateway',
    )
    const away = new Harbour(() => Promise.reject(new Error('ECONNREFUSED')))
    const error = await failureOf(callOf(chatBody(), { retries: 0 }), engineOf([deploymentOf()], away), books)
    assert.deepEqual([error.kind, error.facts.code], ['unreachable', 'upstream_unreachable'])
    assert.doesNotMatch(error.message, /ECONN/)
    books.balance()
  })

  it('answers a streaming call with one JSON body as a stream', async () => {
    const books = new Books()
    const harbour = new Harbour(good)
    const result = await runCall(callOf(chatBody({ stream: true })), engineOf([deploymentOf()], harbour), books)
    const text = await readAllText(result.body)
    assert(result.isStream && text.includes('"Hello"') && text.endsWith('data: [DONE]\n\n'), text)
    assert.deepEqual(books.statuses, ['success'])
  })

  it('is also read by who reads along, where it is translated', async () => {
    for (const isStream of [false, true]) {
      const collector = new ReplyCollector()
      const body = { model: 'm', max_tokens: 9, messages: [{ role: 'user', content: 'Hi' }], stream: isStream }
      const call = callOf(body, { shape: 'anthropic-messages', also: collector })
      const result = await runCall(call, engineOf([deploymentOf()], new Harbour(good)), new Books())
      assert.equal(result.mode, 'translate')
      assert(collector.ended)
      assert.deepEqual(
        collector.reply.choices[0]?.blocks.map((block) => block.type === 'text' && block.text),
        ['Hello'],
      )
    }
  })
})

describe('retries and fallbacks', () => {
  const two = [deploymentOf({ id: 'a', order: 1 }), deploymentOf({ id: 'b', order: 2 })]

  it('go to the next deployment at once', async () => {
    const books = new Books()
    const harbour = new Harbour((_outgoing, _options, sent) => (sent === 1 ? failing(500) : good()))
    const result = await runCall(callOf(chatBody()), engineOf(two, harbour), books)
    assert.deepEqual([harbour.hosts, result.attempts, result.deployment.id], [['a', 'b'], 2, 'b'])
    assert.deepEqual(books.statuses, ['failure', 'success'])
  })

  it('are no more than was asked for', async () => {
    for (const retries of [0, 1, 3]) {
      const harbour = new Harbour(() => failing(503))
      const books = new Books()
      // The waits are of two deployments at most: the third attempt sleeps.
      const deployments = Array.from({ length: 5 }, (_, index) => deploymentOf({ id: `d${index}` }))
      const error = await failureOf(callOf(chatBody(), { retries }), engineOf(deployments, harbour), books)
      assert.equal(error.kind, 'unavailable')
      assert.equal(harbour.sent.length, retries + 1)
      assert.equal(new Set(harbour.hosts).size, retries + 1)
      books.balance()
    }
  })

  it('do not repeat what the client did wrong', async () => {
    const harbour = new Harbour(() => failing(400))
    const error = await failureOf(callOf(chatBody()), engineOf(two, harbour), new Books())
    assert.equal(error.kind, 'bad_request')
    assert.equal(harbour.sent.length, 1)
  })

  it('wait as long as the provider says, and not when that is too long', async () => {
    const one = [deploymentOf()]
    const soon = new Harbour((_outgoing, _options, sent) => (sent === 1 ? failing(429, { 'retry-after-ms': '20' }) : good()))
    const start = performance.now()
    await runCall(callOf(chatBody()), { ...engineOf(one, soon), random: () => 0 }, new Books())
    const took = performance.now() - start
    assert(took >= 19 && took < 400, `${took}`)
    const late = new Harbour(() => failing(429, { 'retry-after': '3600' }))
    const error = await failureOf(callOf(chatBody()), engineOf(one, late), new Books())
    assert.equal(late.sent.length, 1)
    assert.equal(error.facts.retryAfterMs, 3_600_000)
  })

  it('fall back in order: the client’s groups, then the configured ones, and their own', async () => {
    const groups = ['m', 'x', 'y', 'z', 'w'].map((name) => deploymentOf({ id: name, modelName: name, retries: 0 }))
    const settings = {
      fallbacks: new Map([
        ['m', ['y', 'x']],
        ['y', ['w', 'm']],
      ]),
      defaultFallbacks: ['z'],
    }
    const harbour = new Harbour((outgoing) => (outgoing.url.includes('//w.') ? good() : failing(500)))
    const books = new Books()
    const result = await runCall(callOf(chatBody(), { fallbacks: ['x', 'nowhere'] }), engineOf(groups, harbour, settings), books)
    assert.deepEqual(harbour.hosts, ['m', 'x', 'y', 'z', 'w'])
    assert.deepEqual([result.group, result.attempts, result.fallbacks], ['w', 5, 4])
    books.balance()
  })

  it('fall back no further than allowed', async () => {
    const groups = ['m', 'x', 'y', 'z'].map((name) => deploymentOf({ id: name, modelName: name, retries: 0 }))
    for (const maxFallbacks of [0, 1, 2]) {
      const harbour = new Harbour(() => failing(500))
      const engine = engineOf(groups, harbour, { fallbacks: new Map([['m', ['x', 'y', 'z']]]), maxFallbacks })
      await failureOf(callOf(chatBody()), engine, new Books())
      assert.deepEqual(harbour.hosts, ['m', 'x', 'y', 'z'].slice(0, maxFallbacks + 1))
    }
  })

  it('choose by the error: a prompt too long goes to the group for that', async () => {
    const groups = ['m', 'long', 'other'].map((name) => deploymentOf({ id: name, modelName: name, retries: 0 }))
    const settings = { fallbacks: new Map([['m', ['other']]]), contextFallbacks: new Map([['m', ['long']]]) }
    const long = new Harbour((_outgoing, _options, sent) =>
      sent === 1 ? incoming(400, errorBody('prompt is too long: 9')) : good(),
    )
    await runCall(callOf(chatBody()), engineOf(groups, long, settings), new Books())
    assert.deepEqual(long.hosts, ['m', 'long'])
  })

  it('stop when the client is gone', async () => {
    const client = new AbortController()
    const groups = ['m', 'x', 'y'].map((name) => deploymentOf({ id: name, modelName: name }))
    const harbour = new Harbour((_outgoing, options, sent) => {
      if (sent === 1) return failing(500, { 'retry-after': '50' })
      return incoming(200, stalling([], options.signal))
    })
    const books = new Books()
    setTimeout(() => client.abort(), 20)
    const engine = engineOf(groups, harbour, { fallbacks: new Map([['m', ['x', 'y']]]) })
    await failureOf(callOf(chatBody(), { signal: client.signal }), engine, books)
    assert.deepEqual(harbour.hosts, ['m'])
    books.balance()
    const later = new AbortController()
    const slow = new Harbour((_outgoing, options, sent) => {
      if (sent === 2) setTimeout(() => later.abort(), 5)
      return sent === 1 ? failing(500) : incoming(200, stalling([], options.signal))
    })
    const error = await failureOf(callOf(chatBody(), { signal: later.signal, retries: 0 }), { ...engine, transport: slow }, books)
    assert.equal(error.kind, 'client_closed')
    assert.deepEqual(slow.hosts, ['m', 'x'])
    assert.equal(books.rows.at(-1)?.status, 'cancelled')
    books.balance()
  })

  it('leave a gateway without room alone, and let no deployment rest for it', async () => {
    const full = new Harbour(() => {
      throw fail('unavailable', 'no room', { type: overloadedType })
    })
    const engine = engineOf(two, full, { allowedFails: 0 })
    const books = new Books()
    const error = await failureOf(callOf(chatBody()), engine, books)
    assert.deepEqual([error.kind, error.type], ['unavailable', overloadedType])
    assert.equal(full.hosts.length, 1)
    assert(!two.some(({ id }) => engine.health.isCooling(id)))
    assert.deepEqual(books.statuses, ['failure'])
  })

  it('skip what cools down, and say when to come again', async () => {
    const harbour = new Harbour((outgoing) => (outgoing.url.includes('//a.') ? failing(401) : good()))
    const engine = engineOf(two, harbour)
    await runCall(callOf(chatBody()), engine, new Books())
    await runCall(callOf(chatBody()), engine, new Books())
    assert.deepEqual(harbour.hosts, ['a', 'b', 'b'])
    engine.health.failed(
      two[1] ?? deploymentOf(),
      await failureOf(
        callOf(chatBody()),
        engineOf([deploymentOf()], new Harbour(() => failing(429)), { retries: 0 }),
        new Books(),
      ),
      engine.settings,
      false,
    )
    const error = await failureOf(callOf(chatBody()), engine, new Books())
    assert.equal(error.kind, 'no_deployment')
    assert((error.facts.retryAfterMs ?? 0) >= 1000 && (error.facts.retryAfterMs ?? 0) <= 5000)
  })
})

describe('limits of an attempt', () => {
  it('the first byte, the whole call and a client that goes away end it', async () => {
    for (const [limits, kind] of [
      [{ firstByteMs: 15 }, 'timeout'],
      [{ totalMs: 15 }, 'timeout'],
    ] as const) {
      const harbour = new Harbour((_outgoing, { signal }) => incoming(200, stalling([], signal)))
      const books = new Books()
      const engine = engineOf([deploymentOf({ retries: 0, timeouts: { ...timeouts, ...limits } })], harbour)
      assert.equal((await failureOf(callOf(chatBody({ stream: true })), engine, books)).kind, kind)
      assert.deepEqual(books.statuses, ['failure'])
      assert.equal(engine.health.inFlight('one'), 0)
    }
  })

  it('of the client’s own making do not count against the deployment', async () => {
    const harbour = new Harbour((_outgoing, { signal }) => incoming(200, stalling([], signal)))
    const deployments = [deploymentOf({ id: 'a', retries: 0 }), deploymentOf({ id: 'b', retries: 0, order: 1 })]
    const engine = engineOf(deployments, harbour, { allowedFails: 0 })
    await failureOf(callOf(chatBody(), { timeouts: { totalMs: 5 } }), engine, new Books())
    assert(!engine.health.isCooling('a'))
  })

  it('calls side by side do not exceed maxParallel, though the reservation takes time', async () => {
    let running = 0
    let most = 0
    const harbour = new Harbour(async () => {
      most = Math.max(most, ++running)
      await sleep(5)
      running--
      return good()
    })
    const engine = engineOf([deploymentOf({ maxParallel: 2 })], harbour)
    const results = await Promise.allSettled(Array.from({ length: 10 }, () => runCall(callOf(chatBody()), engine, new Books())))
    assert.equal(most, 2)
    assert.equal(results.filter((result) => result.status === 'fulfilled').length, 2)
    assert.equal(engine.health.inFlight('one'), 0)
  })

  it('a reservation that is refused leaves nothing behind', async () => {
    const harbour = new Harbour(good)
    const engine = engineOf([deploymentOf()], harbour)
    const books = new Books()
    books.reserve = () => Promise.reject(new Error('store away'))
    assert.equal((await failureOf(callOf(chatBody(), { retries: 0 }), engine, books)).kind, 'internal')
    assert.equal(harbour.sent.length, 0)
    assert.equal(engine.health.inFlight('one'), 0)
  })

  it('funded tokens clamp what the client left open, and a body that cannot be written then is settled', async () => {
    const books = new Books()
    books.maxTokens = 33
    const harbour = new Harbour(good)
    await runCall(callOf(chatBody()), engineOf([deploymentOf()], harbour), books)
    assert.match(textOf(harbour.sent[0]?.body ?? bytesOf('')), /"max_completion_tokens":33/)
    let prepared = 0
    const provider = providerOf({
      tune: () => {
        if (++prepared === 2) throw new Error('a bug')
        return []
      },
    })
    const engine = engineOf([deploymentOf({ provider })], harbour)
    await failureOf(callOf(chatBody(), { retries: 0 }), engine, books)
    assert.equal(engine.health.inFlight('one'), 0)
    books.balance()
  })
})

describe('a ledger that cannot be written', () => {
  it('withholds a whole reply, and nothing is bought a second time', async () => {
    const groups = [deploymentOf({ id: 'a' }), deploymentOf({ id: 'b' }), deploymentOf({ id: 'x', modelName: 'x' })]
    for (const answer of [good, () => failing(500)]) {
      const harbour = new Harbour(answer)
      const books = new Books()
      books.broken = true
      const engine = engineOf(groups, harbour, { fallbacks: new Map([['m', ['x']]]) })
      const error = await failureOf(callOf(chatBody()), engine, books)
      assert.deepEqual([error.kind, error.type], ['unavailable', 'ledger_unavailable'])
      assert.equal(harbour.sent.length, 1)
      assert.equal(engine.health.inFlight('a') + engine.health.inFlight('b'), 0)
    }
  })

  it('ends a stream with an error instead of its last bytes', async () => {
    const books = new Books()
    const harbour = new Harbour(() => incoming(200, stream(chatEvents)))
    const result = await runCall(callOf(chatBody({ stream: true })), engineOf([deploymentOf()], harbour), books)
    books.broken = true
    const text = await readAllText(result.body)
    assert(text.includes('Hel') && text.includes('ledger_unavailable') && !text.includes('"finish_reason":"stop"'), text)
  })
})
