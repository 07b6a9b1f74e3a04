import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { arrayOf, objectOf, objectsOf, stringOf, type JsonObject } from '@switchyard/wire'
import { TestGateway } from '../tools/gateway.ts'
import { configText, model } from '../tools/stage.ts'
import { until } from '../tools/until.ts'
import { install, ModelServer } from './model-server.ts'

/** The same every time: no chance, and no end of sentence before the limit. */
const fixed = { temperature: 0, seed: 1, logit_bias: { '2': -100 } }
const messages = [{ role: 'user', content: 'tell me a story' }]

describe('a real inference server', () => {
  let server: ModelServer
  let gateway: TestGateway
  let key = ''
  before(
    async () => {
      install()
      server = await ModelServer.start()
      gateway = await TestGateway.start({
        config: configText([model('tiny', 'custom_openai/tiny', { api_base: `${server.origin}/v1` })]),
      })
      key = await gateway.newKey({ max_budget: 1 })
    },
    { timeout: 1_800_000 },
  )
  after(async () => {
    await gateway.stop()
    await server.stop()
  })

  const direct = async (path: string, body: JsonObject): Promise<string> => {
    const reply = await fetch(server.origin + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    return reply.text()
  }
  const through = async (path: string, body: JsonObject): Promise<string> => (await gateway.call('POST', path, body, key)).text

  const calls: readonly (readonly [string, string, JsonObject])[] = [
    ['chat', '/v1/chat/completions', { messages, max_tokens: 40, ...fixed }],
    ['completion', '/v1/completions', { prompt: 'Once upon a time', max_tokens: 40, ...fixed }],
  ]
  for (const [name, path, body] of calls) {
    it(`${name}: text and usage are the server's own, and the ledger has them`, async () => {
      const rows = (await spend()).length
      const [theirs, ours] = [
        objectOf(JSON.parse(await direct(path, { model: 'tiny', ...body }))),
        objectOf(JSON.parse(await through(path, { model: 'tiny', ...body }))),
      ]
      assert.deepEqual(ours?.['usage'], theirs?.['usage'])
      assert.deepEqual(said(ours), said(theirs))
      const usage = objectOf(ours?.['usage'])
      assert.equal(usage?.['completion_tokens'], 40)
      await until(async () => (await spend()).length > rows)
      const [row] = await spend()
      assert.deepEqual(
        [row?.['prompt_tokens'], row?.['completion_tokens'], row?.['estimated']],
        [usage?.['prompt_tokens'], 40, false],
      )
    })

    it(`${name}, streamed: the same text as from the server itself`, async () => {
      const streamed = { model: 'tiny', ...body, stream: true }
      const [theirs, ours] = [await direct(path, streamed), await through(path, streamed)]
      assert.equal(textOf(ours), textOf(theirs))
      assert.ok(textOf(ours).length > 0)
      assert.match(ours, /data: \[DONE\]\s*$/)
    })
  }

  it('a client that leaves stops the generation', async () => {
    const leaving = new AbortController()
    const startMs = performance.now()
    const reply = await fetch(`${gateway.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'tiny', messages, max_tokens: 15_000, stream: true, ...fixed }),
      signal: leaving.signal,
    })
    const reader = reply.body?.getReader() ?? assert.fail()
    let pieces = 0
    while (pieces < 100) pieces += new TextDecoder().decode((await reader.read()).value).split('data: ').length - 1
    const msPerPiece = (performance.now() - startMs) / pieces
    leaving.abort()
    // Generating on would take much longer than the wait below: what is seen then is an end, not the end.
    assert.ok(msPerPiece * 14_000 > 4000, `${msPerPiece} ms a piece`)
    await until(async () => {
      const before = server.cpuTicks
      await sleep(200)
      return server.cpuTicks - before <= 2
    }, 2000)
    await until(async () => (await spend())[0]?.['status'] === 'cancelled')
  })

  async function spend(): Promise<readonly JsonObject[]> {
    const rows: unknown = JSON.parse((await gateway.call('GET', `/spend/logs?api_key=${key}`)).text)
    return objectsOf(rows)
  }
})

const said = (reply: JsonObject | undefined): unknown => {
  const choice = objectOf(arrayOf(reply?.['choices'])[0])
  return objectOf(choice?.['message'])?.['content'] ?? choice?.['text']
}

const textOf = (stream: string): string =>
  stream
    .split('\n')
    .filter((line) => line.startsWith('data: {'))
    .map((line) => {
      const choice = objectOf(arrayOf(objectOf(JSON.parse(line.slice(6)))?.['choices'])[0])
      return stringOf(objectOf(choice?.['delta'])?.['content']) ?? stringOf(choice?.['text']) ?? ''
    })
    .join('')
