import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { it } from 'node:test'
import { isGatewayError } from '@switchyard/wire'
import { runCall } from './call.ts'
import type { Incoming, TransportOptions } from './contracts.ts'
import {
  Books,
  callOf,
  chatBody,
  chatEvents,
  chatReply,
  deploymentOf,
  engineOf,
  errorBody,
  Harbour,
  incoming,
  seeded,
  stalling,
  stream,
} from './test-kit.ts'

/** Everything a provider may do, one of them at random. */
function mischief(random: () => number, isStream: boolean, { signal }: TransportOptions): Incoming | Promise<Incoming> {
  const events = chatEvents.slice(0, Math.floor(random() * (chatEvents.length + 1)))
  const kind = Math.floor(random() * 11)
  switch (kind) {
    case 0:
      return Promise.reject(new Error('ECONNRESET'))
    case 1:
      return incoming(200, '<html>', { 'content-type': 'text/html' })
    case 2:
      return incoming([400, 401, 404, 429, 500, 503][Math.floor(random() * 6)] ?? 500, errorBody('no'), { 'retry-after-ms': '1' })
    case 3:
      return incoming(200, stalling(events, signal))
    case 4:
      return incoming(200, stream([...events, 'data: {"error":{"message":"x"}}\n\n']))
    case 5:
      return incoming(200, stream([...events, 'data: {broken\n\n']))
    case 6:
      return incoming(200, chatReply(random() < 0.5 ? {} : { usage: { prompt_tokens: -1, completion_tokens: 'many' } }))
    case 7:
      return incoming(200, stream(events))
    default:
      return isStream ? incoming(200, stream(chatEvents)) : incoming(200, chatReply())
  }
}

/** What a client may do with its reply. */
async function consume(
  body: Uint8Array | AsyncGenerator<Uint8Array, void, void>,
  random: () => number,
  client: AbortController,
): Promise<void> {
  if (body instanceof Uint8Array) return
  const kind = Math.floor(random() * 4)
  if (kind === 0) client.abort()
  if (kind === 1) setTimeout(() => client.abort(), random() * 4)
  let pieces = Math.floor(random() * 5)
  for await (const _piece of body) {
    if (kind === 2 && pieces-- === 0) break
    if (random() < 0.1) await sleep(1)
  }
}

it(
  'whatever providers and clients do, each attempt has exactly one row and no place stays taken',
  { timeout: 20_000 },
  async () => {
    const deployments = ['a', 'b', 'c', 'x'].map((id) =>
      deploymentOf({
        id,
        modelName: id === 'x' ? 'x' : 'm',
        order: id === 'c' ? 1 : 0,
        timeouts: { connectMs: 0, firstByteMs: 15, idleMs: 10, totalMs: 60 },
      }),
    )
    const play = async (seed: number): Promise<void> => {
      const random = seeded(seed)
      const isStream = random() < 0.7
      const shape = random() < 0.5 ? 'openai-chat' : 'anthropic-messages'
      const harbour = new Harbour((_outgoing, options) => mischief(random, isStream, options))
      const engine = { ...engineOf(deployments, harbour, { fallbacks: new Map([['m', ['x']]]) }), random: () => 0 }
      const books = new Books()
      books.broken = random() < 0.05
      const client = new AbortController()
      if (random() < 0.1) setTimeout(() => client.abort(), random() * 10)
      const retries = Math.floor(random() * 3)
      const call = callOf(chatBody({ stream: isStream, max_tokens: 9 }), { shape, signal: client.signal, retries })
      try {
        const { body } = await runCall(call, engine, books)
        await consume(body, random, client)
      } catch (error) {
        assert(isGatewayError(error), `seed ${seed}: ${String(error)}`)
        assert.notEqual(error.facts.code, 'gateway_bug', `seed ${seed}`)
      }
      await sleep(1)
      if (!books.broken) assert.equal(books.rows.length, books.opened, `seed ${seed}: ${JSON.stringify(books.statuses)}`)
      for (const { id } of deployments) assert.equal(engine.health.inFlight(id), 0, `seed ${seed}: ${id}`)
      assert(books.rows.filter((row) => row.status === 'success').length <= 1)
    }
    const seeds = Array.from({ length: 400 }, (_, seed) => seed)
    const players = Array.from({ length: 125 }, async () => {
      for (let seed = seeds.pop(); seed !== undefined; seed = seeds.pop()) await play(seed)
    })
    await Promise.all(players)
  },
)
