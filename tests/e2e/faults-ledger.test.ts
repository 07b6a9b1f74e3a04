import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { createServer } from 'node:tls'
import type { JsonObject } from '@switchyard/wire'
import { failure, type Script } from '../tools/fake-provider.ts'
import { repository } from '../tools/gateway.ts'
import { models, shapes, type ClientShape } from '../tools/shapes.ts'
import { dialectModels, model as modelOf, nanoOf, openStage, type Stage } from '../tools/stage.ts'

const tls = (name: string): Buffer => readFileSync(join(repository, 'fixtures', 'tls', name))

/** How a call ends that met a fault: what its client is told, and what its row in the ledger says. */
interface Row {
  readonly id: string
  readonly fault: string
  readonly script: Script
  /** The status before any content; 200: the stream had begun. */
  readonly told: number
  readonly ends: 'whole' | 'broken'
  readonly status: 'success' | 'failure'
  readonly kind: string | null
  /** What the provider answered. */
  readonly upstream: number | null
  readonly charged: 'nothing' | 'what came' | 'all'
  /** Where a provider's dialect has a meaning of its own for the status: what is told, and the kind. */
  readonly meaning?: Readonly<Record<string, readonly [number, string]>>
}

const text = 'a b c d e f g h i j k l'
/** What the fake provider says that it read and wrote. */
const usage = { input: 20, output: 14 }

const early = (
  id: string,
  fault: string,
  script: Script,
  [told, kind, upstream]: readonly [number, string, number | null],
): Row => ({ id, fault, script, told, ends: 'broken', status: 'failure', kind, upstream, charged: 'nothing' })

const late = (id: string, fault: string, script: Script, kind: string): Row => ({
  id,
  fault,
  script,
  told: 200,
  ends: 'broken',
  status: 'failure',
  kind,
  upstream: 200,
  charged: 'what came',
})

const fine = (id: string, fault: string, script: Script): Row => ({
  id,
  fault,
  script,
  told: 200,
  ends: 'whole',
  status: 'success',
  kind: null,
  upstream: 200,
  charged: 'all',
})

const html = { body: '<html>hi</html>', headers: { 'content-type': 'text/html' } }
const paced = { paceMs: 3 }

const faults: readonly Row[] = [
  early('U3', 'no reply in time', { silent: true }, [504, 'timeout', null]),
  late('U4', 'a stall in the middle', { ...paced, stallAfter: 8 }, 'timeout'),
  late('U5', 'FIN in the middle', { ...paced, cut: { at: 8, by: 'fin' } }, 'bad_gateway'),
  late('U5', 'RST in the middle', { ...paced, cut: { at: 8, by: 'reset' } }, 'bad_gateway'),
  early('U5', 'FIN before the reply', { cut: { at: 'head', by: 'fin' } }, [502, 'unreachable', null]),
  early('U5', 'RST before the reply', { cut: { at: 'head', by: 'reset' } }, [502, 'unreachable', null]),
  late('U6', 'a clean end in the middle', { ...paced, edit: (events) => events.slice(0, 8) }, 'bad_gateway'),
  early('U6', 'a clean end before the first event', { edit: () => [] }, [502, 'bad_gateway', 200]),
  early('U10', 'an empty body', { body: '' }, [502, 'bad_gateway', 200]),
  early('U10', 'HTML with 200', html, [502, 'bad_gateway', 200]),
  early('U10', 'half a JSON object', { body: '{"id":"x","ch', headers: { 'content-type': 'application/json' } }, [
    502,
    'bad_reply',
    200,
  ]),
  early('U13', '429', failure(429, { 'retry-after': '7' }), [429, 'rate_limited', 429]),
  early('U14', '500', failure(500), [500, 'internal', 500]),
  early('U14', '502', failure(502), [502, 'bad_gateway', 502]),
  early('U14', '503', failure(503), [503, 'unavailable', 503]),
  early('U14', '504', failure(504), [504, 'timeout', 504]),
  { ...early('U14', '529', failure(529), [500, 'internal', 529]), meaning: { claude: [503, 'unavailable'] } },
  early('U15', '400', failure(400), [400, 'bad_request', 400]),
  early('U15', '401', failure(401), [502, 'auth', 401]),
  early('U15', '403', failure(403), [502, 'forbidden', 403]),
  early('U15', '404', failure(404), [404, 'not_found', 404]),
  { ...early('U15', '413', failure(413), [400, 'bad_request', 413]), meaning: { claude: [413, 'too_large'] } },
  early('U15', '422', failure(422), [400, 'bad_request', 422]),
  early('U17', 'a redirect', { status: 307, headers: { location: 'http://127.0.0.1:1/' }, body: '' }, [502, 'bad_gateway', 307]),
  early('U19', 'a header of 100 kB', { headers: { 'x-request-id': 'a'.repeat(100_000) } }, [502, 'unreachable', null]),
  fine('U7', 'no [DONE] behind the last event', { edit: (events) => events.filter((event) => !event.includes('[DONE]')) }),
  fine('U18', 'every byte alone', { split: 1 }),
]

/** An error outside a stream, as each dialect writes it. */
const whole: Readonly<Record<string, RegExp>> = {
  'openai-chat': /^\{"error":\{"message":"[^]*"type":/,
  'openai-responses': /^\{"error":\{"message":"[^]*"type":/,
  'anthropic-messages': /^\{"type":"error","error":\{/,
  gemini: /^\{"error":\{"code":\d+,"message":"[^]*"status":"[A-Z_]+"/,
}

describe('what is told, recorded and charged of every fault (reliability facts §4a, L1 to L4)', () => {
  let stage: Stage
  const unknown = createServer({ key: tls('key.pem'), cert: tls('localhost.pem') }).on('tlsClientError', () => undefined)
  before(async () => {
    await new Promise<void>((resolve) => unknown.listen(0, '127.0.0.1', resolve))
    const address = unknown.address()
    assert(address !== null && typeof address === 'object')
    stage = await openStage({
      models: (origin) => [
        ...dialectModels(origin),
        modelOf('nobody', 'anyscale/nobody', { api_base: 'http://127.0.0.1:1/v1' }),
        modelOf('unknown', 'anyscale/unknown', { api_base: `https://localhost:${address.port}/v1` }),
      ],
      sections: {
        litellm_settings: { num_retries: 0 },
        router_settings: { disable_cooldowns: true },
        switchyard_settings: { idle_timeout: 0.5, first_byte_timeout: 1 },
      },
    })
  })
  after(async () => {
    unknown.close()
    await stage.close()
  })

  interface Ended {
    readonly about: string
    readonly shape: ClientShape
    readonly model: string
    readonly status: number
    readonly text: string
    readonly row: JsonObject
  }

  /** Calls with one key, and their rows; what the key has spent is their sum, and nothing stays reserved. */
  const ended = async (
    pairs: readonly { readonly shape: ClientShape; readonly model: string }[],
    script: Script | undefined,
  ): Promise<readonly Ended[]> => {
    const { gateway, provider } = stage
    const key = await gateway.newKey({ max_budget: 1 })
    provider.reset()
    const calls = await Promise.all(
      pairs.map(async ({ shape, model }) => {
        const mark = `${shape.name}-${model}.`
        // Twice, for the call that is made again when the connection of the pool may have been a stale one.
        if (script !== undefined) provider.next({ ...script, when: mark }, { ...script, when: mark })
        const reply = await gateway.call('POST', shape.path(model), shape.body(model, `${text} ${mark}`), key)
        return { shape, model, about: `${mark} ${reply.status} ${reply.text.slice(-500)}`, reply }
      }),
    )
    const rows = await gateway.spendRows(key, calls.length)
    assert.equal(rows.length, calls.length)
    const spent = rows.reduce((sum, row) => sum + Number(row['spend_nano_usd']), 0)
    const { text: info } = await gateway.call('GET', '/key/info', undefined, key)
    assert.ok(info.includes(`"spend":${spent / 1e9}`), `${spent}: ${info}`)
    return calls.map(({ shape, model, about, reply }) => {
      const row = rows.find((one) => one['litellm_call_id'] === reply.headers.get('x-litellm-call-id')) ?? assert.fail(about)
      return { shape, model, about: `${about} ${JSON.stringify(row)}`, status: reply.status, text: reply.text, row }
    })
  }

  const everyPair = shapes.flatMap((shape) => models.map((model) => ({ shape, model })))

  const checkTold = ({ shape, status, text: said, about }: Ended, row: Row, told: number): void => {
    // On a busy machine the break may overtake the first content: then it is a status.
    if (told !== 200 || status !== 200) assert.equal(status, told === 200 ? 502 : told, about)
    if (row.ends === 'whole') return assert.match(said, shape.success, about)
    assert.doesNotMatch(said, shape.success, about)
    assert.match(said, status === 200 ? shape.failed : (whole[shape.name] ?? assert.fail()), about)
  }

  const checkCharged = ({ row, about, status }: Ended, charged: Row['charged']): void => {
    const nano = Number(row['spend_nano_usd'])
    switch (status === 200 ? charged : 'nothing') {
      case 'nothing':
        return assert.equal(nano, 0, about)
      case 'all':
        assert.deepEqual(
          [row['prompt_tokens'], row['completion_tokens'], row['estimated']],
          [usage.input, usage.output, false],
          about,
        )
        return assert.equal(nano, nanoOf(usage), about)
      case 'what came':
        assert.equal(row['estimated'], true, about)
        return assert.ok(nano > 0 && nano <= nanoOf({ input: usage.input * 4, output: usage.output * 2 }), about)
    }
  }

  for (const row of faults) {
    it(`${row.id} ${row.fault}`, async () => {
      for (const one of await ended(everyPair, row.script)) {
        const [told, kind] = row.meaning?.[one.model] ?? [row.told, row.kind]
        checkTold(one, row, told)
        const { status, error_kind, upstream_status, attempt } = one.row
        assert.deepEqual([status, error_kind, upstream_status, attempt], [row.status, kind, row.upstream, 1], one.about)
        checkCharged(one, row.charged)
      }
    })
  }

  it('U1, U2 nobody there, or somebody nobody vouches for: nothing was answered, and nothing of it is told', async () => {
    const pairs = shapes.flatMap((shape) => ['nobody', 'unknown'].map((model) => ({ shape, model })))
    for (const one of await ended(pairs, undefined)) {
      assert.equal(one.status, 502, one.about)
      assert.match(one.text, whole[one.shape.name] ?? assert.fail(), one.about)
      assert.doesNotMatch(one.text, /certificate|SSL|TLS|127\.0\.0\.1|ECONN/i, one.about)
      const { status, error_kind, upstream_status, spend_nano_usd } = one.row
      assert.deepEqual([status, error_kind, upstream_status, spend_nano_usd], ['failure', 'unreachable', null, 0], one.about)
    }
  })
})
