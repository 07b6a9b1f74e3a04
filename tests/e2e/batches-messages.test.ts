import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import Anthropic from '@anthropic-ai/sdk'
import { BatchProvider } from '../tools/batch-provider.ts'
import { FakeProvider } from '../tools/fake-provider.ts'
import { TestGateway } from '../tools/gateway.ts'
import { configText, model } from '../tools/stage.ts'
import { until } from '../tools/until.ts'

type Params = Anthropic.Messages.BatchCreateParams

const requests = (name: string, texts: readonly string[]): Params => ({
  requests: texts.map((content, i) => ({
    custom_id: `r-${i}`,
    params: { model: name, max_tokens: 20, messages: [{ role: 'user', content }] },
  })),
})

describe('batches of messages, with the client of Anthropic', () => {
  let keeping: BatchProvider
  let chatting: FakeProvider
  let gateway: TestGateway
  before(async () => {
    keeping = await BatchProvider.start()
    chatting = await FakeProvider.start()
    const models = [
      model('claude', 'anthropic/claude-sonnet-4-5', { api_base: keeping.origin }),
      model('chat', 'anyscale/fake-chat', { api_base: `${chatting.origin}/v1` }),
    ]
    gateway = await TestGateway.start({ config: configText(models) })
  })
  after(async () => {
    await gateway.stop()
    await keeping.stop()
    await chatting.stop()
  })
  const clientOf = (apiKey: string): Anthropic => new Anthropic({ baseURL: gateway.url, apiKey, maxRetries: 0 })

  async function outcome(client: Anthropic, id: string): Promise<ReadonlyMap<string, Anthropic.Messages.MessageBatchResult>> {
    await until(async () => (await client.messages.batches.retrieve(id)).processing_status === 'ended', 15_000)
    const results = new Map<string, Anthropic.Messages.MessageBatchResult>()
    for await (const line of await client.messages.batches.results(id)) results.set(line.custom_id, line.result)
    return results
  }

  it('the provider of the dialect gets the requests as they are, and its results come back', async () => {
    const key = await gateway.newKey({ max_budget: 1 })
    const client = clientOf(key)
    const made = await client.messages.batches.create(requests('claude', ['hello', 'fail please']), {
      headers: { 'anthropic-beta': 'some-beta-2026-01-01' },
    })
    assert.deepEqual([made.type, made.processing_status, made.results_url], ['message_batch', 'in_progress', null])
    await until(() => keeping.requests.some(({ path }) => path === '/v1/messages/batches'))
    const sent = keeping.requests.find(({ method }) => method === 'POST')
    assert.equal(sent?.headers['anthropic-beta'], 'some-beta-2026-01-01')
    assert.equal(sent?.headers['x-api-key'], 'sk-of-the-provider')
    assert.deepEqual(sent?.json['requests'], [
      {
        custom_id: 'row-0',
        params: { model: 'claude-sonnet-4-5', max_tokens: 20, messages: [{ role: 'user', content: 'hello' }] },
      },
      {
        custom_id: 'row-1',
        params: { model: 'claude-sonnet-4-5', max_tokens: 20, messages: [{ role: 'user', content: 'fail please' }] },
      },
    ])
    keeping.finish()
    const results = await outcome(client, made.id)
    const [good, bad] = [results.get('r-0'), results.get('r-1')]
    assert.ok(good?.type === 'succeeded' && good.message.content[0]?.type === 'text')
    assert.equal(good.message.content[0].text, 'echo: hello')
    assert.ok(bad?.type === 'errored')
    assert.equal(bad.error.error.message, 'cannot do this')
    const { request_counts: counts } = await client.messages.batches.retrieve(made.id)
    assert.deepEqual(counts, { processing: 0, succeeded: 1, errored: 1, canceled: 0, expired: 0 })
    const rows = await gateway.spendRows(key, 1)
    assert.deepEqual(
      rows.map((row) => row['call_type']),
      ['batch'],
    )
  })

  it('any other model is run by the gateway, row by row', async () => {
    const key = await gateway.newKey({})
    const client = clientOf(key)
    const made = await client.messages.batches.create(requests('chat', ['one', 'two', 'three']))
    const results = await outcome(client, made.id)
    const texts = [...results.values()].map((result) =>
      result.type === 'succeeded' && result.message.content[0]?.type === 'text' ? result.message.content[0].text : result.type,
    )
    assert.deepEqual(texts.toSorted(), ['echo: one', 'echo: three', 'echo: two'])
    assert.equal((await gateway.spendRows(key, 3)).length, 3)
    const listed = await client.messages.batches.list()
    assert.deepEqual(
      listed.data.map(({ id, processing_status }) => [id, processing_status]),
      [[made.id, 'ended']],
    )
    await client.messages.batches.delete(made.id)
    assert.deepEqual((await client.messages.batches.list()).data, [])
    await assert.rejects(client.messages.batches.retrieve(made.id), { status: 404 })
  })

  it('is cancelled, and is nobody else’s', async () => {
    const client = clientOf(await gateway.newKey({}))
    chatting.next(...Array.from({ length: 100 }, () => ({ when: 'crawl', delayMs: 100 })))
    const made = await client.messages.batches.create(requests('chat', Array<string>(100).fill('crawl')))
    await assert.rejects(clientOf(await gateway.newKey({})).messages.batches.retrieve(made.id), { status: 404 })
    await until(async () => (await client.messages.batches.retrieve(made.id)).request_counts.succeeded > 0)
    assert.equal((await client.messages.batches.cancel(made.id)).processing_status, 'canceling')
    const results = await outcome(client, made.id)
    assert.equal(results.size, 100)
    const canceled = [...results.values()].filter(({ type }) => type === 'canceled').length
    const { request_counts: counts } = await client.messages.batches.retrieve(made.id)
    assert.deepEqual([counts.canceled, counts.succeeded], [canceled, 100 - canceled])
    assert.ok(canceled > 10)
  })

  it('what is no batch is refused as Anthropic refuses', async () => {
    const key = await gateway.newKey({})
    for (const body of [
      {},
      { requests: [] },
      { requests: [{ custom_id: 'a b', params: {} }] },
      { requests: [{ custom_id: 'a' }] },
    ]) {
      const { status, json } = await gateway.call('POST', '/v1/messages/batches', body, key)
      assert.deepEqual([status, json['type']], [400, 'error'])
    }
    assert.equal((await gateway.call('POST', '/anthropic/v1/messages/batches', {}, key)).status, 400)
  })
})
