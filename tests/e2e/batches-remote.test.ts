import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import OpenAI from 'openai'
import { objectOf, type JsonObject } from '@switchyard/wire'
import { BatchProvider } from '../tools/batch-provider.ts'
import { FakeProvider, type Script } from '../tools/fake-provider.ts'
import { chatRow, ended, resultsOf, startBatch, uploadRows } from '../tools/batches.ts'
import { TestGateway } from '../tools/gateway.ts'
import { configText, model } from '../tools/stage.ts'
import { until } from '../tools/until.ts'

const prices = { input_cost_per_token_batches: 0.0000005, output_cost_per_token_batches: 0.000001 }

function priced(entry: JsonObject): JsonObject {
  return { ...entry, model_info: { ...objectOf(entry['model_info']), ...prices } }
}

describe('batches by way of a provider’s own batch API', () => {
  let provider: BatchProvider
  let gateway: TestGateway
  before(async () => {
    provider = await BatchProvider.start()
    const { origin } = provider
    const models = [
      priced(model('claude', 'anthropic/claude-sonnet-4-5', { api_base: origin })),
      priced(model('mistral', 'mistral/mistral-small-latest', { api_base: `${origin}/mistral` })),
      priced(model('gemini', 'gemini/gemini-2.5-flash', { api_base: origin })),
    ]
    gateway = await TestGateway.start({ config: configText(models) })
  })
  after(async () => {
    await gateway.stop()
    await provider.stop()
  })
  const clientOf = (apiKey: string): OpenAI => new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey, maxRetries: 0 })
  const spends = async (key: string): Promise<readonly number[]> =>
    (await gateway.spendRows(key, 1)).filter((row) => row['call_type'] === 'batch').map((row) => Number(row['spend']))

  for (const name of ['claude', 'mistral', 'gemini']) {
    it(`${name}: OpenAI’s batch in front, the provider’s behind, half price, one row`, async () => {
      provider.reset()
      const key = await gateway.newKey({ max_budget: 1 })
      const client = clientOf(key)
      const rows = Array.from({ length: 20 }, (_, i) => chatRow(`my row ${i}`, name, `hello ${i}`))
      const batch = await startBatch(client, await uploadRows(client, rows))
      await until(async () => (await spends(key))[0] !== undefined)
      const [worst = 0] = await spends(key)
      assert.equal((await client.batches.retrieve(batch.id)).status, 'in_progress')
      provider.finish()
      const done = await ended(client, batch.id)
      assert.deepEqual([done.status, done.request_counts], ['completed', { total: 20, completed: 20, failed: 0 }])
      const lines = await resultsOf(client, done.output_file_id)
      const answers = new Map(lines.map((line) => [line['custom_id'], JSON.stringify(objectOf(line['response'])?.['body'])]))
      for (let i = 0; i < 20; i++) assert.match(answers.get(`my row ${i}`) ?? '', new RegExp(`"content":"echo: hello ${i}"`))
      assert.match([...answers.values()][0] ?? '', /"object":"chat.completion".*"prompt_tokens":10/)
      await until(async () => (await spends(key))[0] !== worst)
      // 20 rows of 10 tokens in and 5 out.
      assert.deepEqual(await spends(key), [0.0002])
      assert.ok(worst > 20 * 0.00001)
      for (const { body, path } of provider.requests) {
        assert.doesNotMatch(path, /sk-of-the-provider/)
        assert.doesNotMatch(body.toString(), /sk-of-the-provider/)
      }
    })
  }

  it('errors of rows are theirs, and a cancelled batch pays for what was done', async () => {
    provider.reset()
    const key = await gateway.newKey({ max_budget: 1 })
    const client = clientOf(key)
    const rows = [chatRow('bad', 'claude', 'fail please'), chatRow('late', 'claude', 'hello')]
    const batch = await startBatch(client, await uploadRows(client, rows))
    await until(async () => (await client.batches.retrieve(batch.id)).status === 'in_progress')
    await client.batches.cancel(batch.id)
    const done = await ended(client, batch.id)
    assert.deepEqual([done.request_counts?.completed, done.request_counts?.failed], [0, 2])
    const errors = await resultsOf(client, done.error_file_id)
    const bad = objectOf(errors.find((line) => line['custom_id'] === 'bad')?.['response'])
    assert.deepEqual([bad?.['status_code'], objectOf(objectOf(bad?.['body'])?.['error'])?.['message']], [400, 'cannot do this'])
    const late = objectOf(errors.find((line) => line['custom_id'] === 'late')?.['error'])
    assert.equal(late?.['code'], 'batch_cancelled')
    await until(async () => (await spends(key))[0] === 0)
  })

  it('a batch beyond the budget fails and reaches no provider', async () => {
    provider.reset()
    const client = clientOf(await gateway.newKey({ max_budget: 0.0000001 }))
    const batch = await startBatch(client, await uploadRows(client, [chatRow('a', 'claude', 'hello')]))
    const done = await ended(client, batch.id)
    assert.deepEqual([done.status, done.errors?.data?.[0]?.code], ['failed', 'budget_exceeded'])
    assert.equal(provider.requests.length, 0)
  })
})

describe('a batch of which nobody knows whether the provider took it', () => {
  let provider: FakeProvider
  let gateway: TestGateway
  before(async () => {
    provider = await FakeProvider.start()
    gateway = await TestGateway.start({
      config: configText([priced(model('claude', 'anthropic/claude-sonnet-4-5', { api_base: provider.origin }))]),
    })
  })
  after(async () => {
    await gateway.stop()
    await provider.stop()
  })

  const made = async (scripts: readonly Script[]): Promise<readonly [string, string | undefined, () => Promise<number>]> => {
    provider.reset()
    provider.next(...scripts)
    const key = await gateway.newKey({ max_budget: 1 })
    const client = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: key, maxRetries: 0 })
    const { id } = await startBatch(client, await uploadRows(client, [chatRow('a', 'claude', 'hello')]))
    const { status, errors } = await ended(client, id)
    const spend = async (): Promise<number> =>
      Number((await gateway.spendRows(key, 1)).find((one) => one['call_type'] === 'batch')?.['spend'])
    return [status, errors?.data?.[0]?.code, spend]
  }

  it('stays charged, and is not submitted again', async () => {
    // So late that it is no connection which the provider was just closing.
    const [status, code, spend] = await made([{ delayMs: 400, cut: { at: 'head', by: 'reset' }, body: '{}' }])
    assert.deepEqual([status, code, provider.requests.length], ['failed', 'submission_unknown', 1])
    await until(async () => (await spend()) > 0)
  })

  it('one that was refused is not charged', async () => {
    const refusal = { status: 400, headers: { 'content-type': 'application/json' }, body: '{"error":{"message":"no"}}' }
    const [status, code, spend] = await made([refusal])
    assert.deepEqual([status, code], ['failed', 'invalid_request_error'])
    await until(async () => (await spend()) === 0)
    assert.equal(provider.requests.length, 1)
  })

  it('one that was refused for a while is submitted again', async () => {
    const later = { status: 429, headers: { 'content-type': 'application/json', 'retry-after': '0' }, body: '{}' }
    const refusal = { status: 400, headers: { 'content-type': 'application/json' }, body: '{"error":{"message":"no"}}' }
    assert.equal((await made([later, later, refusal]))[0], 'failed')
    assert.equal(provider.requests.length, 3)
  })
})
