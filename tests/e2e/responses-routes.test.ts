import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import OpenAI from 'openai'
import { openStage, type Stage } from '../tools/stage.ts'

describe('what may be asked about responses', () => {
  let stage: Stage
  let key: string
  let client: OpenAI
  const clientOf = (apiKey: string): OpenAI => new OpenAI({ baseURL: `${stage.gateway.url}/v1`, apiKey, maxRetries: 0 })
  before(async () => {
    stage = await openStage()
    key = await stage.gateway.newKey()
    client = clientOf(key)
  })
  after(() => stage.close())

  it('a background response is cancelled where it is made', async () => {
    const made = await client.responses.create({ model: 'openai', input: 'take your time', background: true })
    stage.provider.next({
      when: '/cancel',
      status: 200,
      body: JSON.stringify({ id: made.id, object: 'response', status: 'cancelled' }),
    })
    const cancelled = await client.responses.cancel(made.id)
    assert.equal(cancelled.status, 'cancelled')
    const { method, path, body, headers } = stage.provider.last
    assert.deepEqual([method, path, body.length], ['POST', `/v1/responses/${made.id}/cancel`, 0])
    assert.equal(headers['authorization'], 'Bearer sk-of-the-provider')
  })

  it('the provider’s refusal to cancel is told', async () => {
    const made = await client.responses.create({ model: 'openai', input: 'quick' })
    const message = 'Cannot cancel a synchronous response.'
    stage.provider.next({ status: 400, body: JSON.stringify({ error: { message, type: 'invalid_request_error' } }) })
    const cancelling = client.responses.cancel(made.id)
    await assert.rejects(cancelling, (error) => error instanceof OpenAI.BadRequestError && error.message.includes(message))
  })

  it('input tokens are counted here where the provider does not count, for every model', async () => {
    const calls = stage.provider.requests.length
    for (const model of ['claude', 'gemini', 'chat', 'openai']) {
      const short = await client.responses.inputTokens.count({ model, input: 'hello' })
      assert.equal(short.object, 'response.input_tokens')
      const long = await client.responses.inputTokens.count({ model, input: 'hello '.repeat(200), instructions: 'be brief' })
      assert.ok(short.input_tokens > 0 && long.input_tokens > short.input_tokens + 150, `${model}: ${long.input_tokens}`)
    }
    assert.equal(stage.provider.requests.length, calls)
  })

  it('a continued conversation is counted as a whole, by those alone who may see it', async () => {
    const made = await client.responses.create({ model: 'claude', input: 'word '.repeat(300) })
    const goOn = { model: 'claude', input: 'go on', previous_response_id: made.id }
    assert.ok((await client.responses.inputTokens.count(goOn)).input_tokens > 300)
    const stranger = clientOf(await stage.gateway.newKey())
    await assert.rejects(stranger.responses.inputTokens.count(goOn), OpenAI.BadRequestError)
    const narrow = clientOf(await stage.gateway.newKey({ models: ['chat'] }))
    await assert.rejects(narrow.responses.inputTokens.count({ model: 'claude', input: 'hi' }), OpenAI.PermissionDeniedError)
    await assert.rejects(client.responses.inputTokens.count({ input: 'hi' }), OpenAI.BadRequestError)
  })

  it('a conversation is compacted by its provider, and paid', async () => {
    const reply = {
      id: 'cmp_1',
      object: 'response.compaction',
      created_at: 1_790_000_000,
      output: [{ type: 'compaction', id: 'cmp_2', encrypted_content: 'sealed' }],
      usage: { input_tokens: 100, output_tokens: 10, total_tokens: 110 },
    }
    const payer = await stage.gateway.newKey({ max_budget: 1 })
    stage.provider.next({ when: '/compact', status: 200, body: JSON.stringify(reply) })
    const compacted = await clientOf(payer).responses.compact({ model: 'openai', input: 'a long story' })
    assert.deepEqual(compacted.output, reply.output)
    const { path, json } = stage.provider.last
    assert.equal(path, '/v1/responses/compact')
    assert.deepEqual(json, { model: 'fake-openai', input: 'a long story' })
    const [row] = await stage.gateway.spendRows(payer, 1)
    assert.deepEqual([row?.['prompt_tokens'], row?.['completion_tokens'], row?.['spend']], [100, 10, 0.00012])
  })

  it('models that cannot compact say which can', async () => {
    const calls = stage.provider.requests.length
    await assert.rejects(
      client.responses.compact({ model: 'claude', input: 'a long story' }),
      (error) => error instanceof OpenAI.BadRequestError && /These can: .*\bopenai\b/.test(error.message),
    )
    assert.equal(stage.provider.requests.length, calls)
  })

  it('what the gateway keeps was finished, and what is another key’s does not exist', async () => {
    for (const model of ['claude', 'openai']) {
      const made = await client.responses.create({ model, input: 'mine' })
      const calls = stage.provider.requests.length
      const stranger = clientOf(await stage.gateway.newKey())
      await assert.rejects(stranger.responses.cancel(made.id), OpenAI.NotFoundError)
      if (model === 'claude') await assert.rejects(client.responses.cancel(made.id), OpenAI.BadRequestError)
      assert.equal(stage.provider.requests.length, calls)
    }
  })
})
