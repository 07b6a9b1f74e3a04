import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isGatewayError, type GatewayError } from '@switchyard/wire'
import { runCall, type CallResult, type Engine } from '../call.ts'
import { Books, callOf, chatBody, chatReply, deploymentOf, engineOf, Harbour, incoming, providerOf } from '../test-kit.ts'
import { Health } from './health.ts'
import { flagsIn, type Refusal } from './refused-flags.ts'

const refusing = (message: string) => incoming(400, { type: 'error', error: { type: 'invalid_request_error', message } })
const unexpected = (flag: string): string =>
  `Unexpected value(s) \`${flag}\` for the \`anthropic-beta\` header. Please try again without the header.`

/** Refuses every request with one of these flags, and names the ones that it met. */
const provider = (...refused: readonly string[]): Harbour =>
  new Harbour((outgoing) => {
    const met = refused.filter((flag) => flagsIn(outgoing.headers['anthropic-beta'] ?? '').includes(flag))
    return met.length > 0 ? refusing(unexpected(met.join('`, `'))) : incoming(200, chatReply())
  })

interface Ground {
  readonly engine: Engine
  readonly books: Books
  readonly told: Refusal[]
  readonly clock: { ms: number }
}

function groundOf(transport: Harbour, names: readonly string[] = ['one']): Ground {
  const clock = { ms: 1000 }
  const told: Refusal[] = []
  const health = new Health(
    () => clock.ms,
    (refusal) => told.push(refusal),
  )
  const claude = providerOf({ endpoints: { chat: [{ shape: 'anthropic-messages', path: '/messages' }] } })
  const deployments = names.map((id) => deploymentOf({ id, provider: claude, modelName: id }))
  return { engine: { ...engineOf(deployments, transport), health }, books: new Books(), told, clock }
}

const flagged = (flags: string, { engine, books }: Ground, model = 'one'): Promise<CallResult> => {
  const call = callOf(chatBody({ model, max_tokens: 9 }), {
    shape: 'anthropic-messages',
    dialectHeaders: { 'anthropic-beta': flags },
  })
  return runCall({ ...call, retries: 0 }, engine, books)
}

const flagsOf = (harbour: Harbour): readonly (string | undefined)[] => harbour.sent.map((sent) => sent.headers['anthropic-beta'])

async function errorOf(result: Promise<CallResult>): Promise<GatewayError> {
  const error: unknown = await result.then(
    () => undefined,
    (cause: unknown) => cause,
  )
  assert(isGatewayError(error))
  return error
}

describe('a beta flag that the provider refuses by name', () => {
  it('is left out of one more attempt, each with its row, and of the calls of the hour', async () => {
    const harbour = provider('foo-2026-01-01')
    const ground = groundOf(harbour)
    const result = await flagged('a-1, foo-2026-01-01,b-2', ground)
    assert.deepEqual([result.attempts, result.leftOut], [2, ['foo-2026-01-01']])
    assert.deepEqual(ground.books.statuses, ['failure', 'success'])
    ground.books.balance()
    assert.deepEqual(ground.told, [{ origin: 'https://one.example', flags: ['foo-2026-01-01'] }])
    const again = await flagged('foo-2026-01-01', ground)
    assert.deepEqual([again.attempts, again.leftOut], [1, ['foo-2026-01-01']])
    assert.deepEqual(flagsOf(harbour), ['a-1, foo-2026-01-01,b-2', 'a-1,b-2', undefined])
    ground.clock.ms += 3_600_001
    assert.equal((await flagged('foo-2026-01-01', ground)).attempts, 2)
  })

  it('is found among several, and another upstream still gets it', async () => {
    const harbour = provider('x-1', 'y-2')
    const ground = groundOf(harbour, ['one', 'two'])
    assert.deepEqual((await flagged('x-1,y-2,z-3', ground)).leftOut, ['x-1', 'y-2'])
    assert.equal((await flagged('x-1', ground, 'two')).attempts, 2)
    assert.deepEqual(flagsOf(harbour), ['x-1,y-2,z-3', 'z-3', 'x-1', undefined])
  })

  it('is repeated by each of two calls side by side', async () => {
    const ground = groundOf(provider('x-1'))
    const both = await Promise.all([flagged('x-1', ground), flagged('x-1', ground)])
    assert.deepEqual(
      both.map(({ attempts, leftOut }) => [attempts, leftOut]),
      [
        [2, ['x-1']],
        [2, ['x-1']],
      ],
    )
  })

  it('is repeated once only', async () => {
    const each = new Harbour((_outgoing, _options, sent) => refusing(unexpected(`${sent}-flag`)))
    const error = await errorOf(flagged('1-flag,2-flag,3-flag', groundOf(each)))
    assert.equal(error.facts.upstreamStatus, 400)
    assert.deepEqual(flagsOf(each), ['1-flag,2-flag,3-flag', '2-flag,3-flag'])
  })

  for (const [what, answer] of [
    ['a refusal that names no flag that was sent', () => refusing(unexpected('other-1'))],
    ['a flag that is only part of a word', () => refusing(unexpected('foo-2026-x'))],
    ['a text that happens to hold the flag', () => refusing('messages.0: foo-2026 is not a role')],
    ['another status', () => incoming(403, { error: { message: unexpected('foo-2026') } })],
  ] as const) {
    it(`${what} is not repeated`, async () => {
      const harbour = new Harbour(answer)
      await errorOf(flagged('foo-2026', groundOf(harbour)))
      assert.equal(harbour.sent.length, 1)
    })
  }

  it('is not believed of an error that may repeat a text of the body', async () => {
    const harbour = new Harbour(() => refusing('messages.0.role: unknown value "my beta foo-2026"'))
    const ground = groundOf(harbour)
    const call = callOf(chatBody({ model: 'one', max_tokens: 9, messages: [{ role: 'my beta foo-2026', content: 'Hi' }] }), {
      shape: 'anthropic-messages',
      dialectHeaders: { 'anthropic-beta': 'foo-2026' },
    })
    await errorOf(runCall({ ...call, retries: 0 }, ground.engine, ground.books))
    assert.deepEqual([harbour.sent.length, ground.told], [1, []])
  })

  it('does not fill the memory', async () => {
    const harbour = provider(...Array.from({ length: 1001 }, (_, index) => `flag-${index}`))
    const ground = groundOf(harbour)
    for (let index = 0; index <= 1000; index++) await flagged(`flag-${index}`, ground)
    assert.equal((await flagged('flag-1000', ground)).attempts, 1)
    assert.equal((await flagged('flag-0', ground)).attempts, 2)
  })
})
