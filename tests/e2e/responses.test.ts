import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import OpenAI from 'openai'
import { arrayOf } from '@switchyard/wire'
import { openStage, type Stage } from '../tools/stage.ts'

describe('/responses that continue', () => {
  let stage: Stage
  let client: OpenAI
  before(async () => {
    stage = await openStage()
    client = new OpenAI({ baseURL: `${stage.gateway.url}/v1`, apiKey: await stage.gateway.newKey(), maxRetries: 0 })
  })
  after(() => stage.close())

  for (const model of ['chat', 'claude', 'gemini']) {
    it(`${model}: previous_response_id brings the conversation along`, async () => {
      const first = await client.responses.create({ model, instructions: 'be brief', input: 'my name is Ada' })
      const second = await client.responses.create({ model, input: 'what is my name', previous_response_id: first.id })
      assert.equal(second.output_text, 'echo: what is my name')
      const sent = stage.provider.last.body.toString()
      const order = ['my name is Ada', 'echo: my name is Ada', 'what is my name'].map((text) => sent.indexOf(text))
      assert.deepEqual(
        order,
        order.toSorted((a, b) => a - b),
      )
      assert.ok(!order.includes(-1))
      const third = await client.responses.create({ model, input: 'and now', previous_response_id: second.id })
      assert.ok(stage.provider.last.body.includes('my name is Ada'))
      assert.notEqual(third.id, second.id)
    })

    it(`${model}: a streamed response can be continued too`, async () => {
      const first = await client.responses.stream({ model, input: 'remember the bridge' }).finalResponse()
      await client.responses.create({ model, input: 'go on', previous_response_id: first.id })
      assert.ok(stage.provider.last.body.includes('remember the bridge'))
    })
  }

  it('a kept response can be read, its input listed, and be deleted', async () => {
    const made = await client.responses.create({ model: 'claude', input: 'keep this' })
    assert.equal((await client.responses.retrieve(made.id)).output_text, 'echo: keep this')
    const items = await client.responses.inputItems.list(made.id)
    assert.match(JSON.stringify(items.data), /keep this/)
    await client.responses.delete(made.id)
    await assert.rejects(client.responses.retrieve(made.id), OpenAI.NotFoundError)
  })

  it('store: false keeps nothing', async () => {
    const made = await client.responses.create({ model: 'claude', input: 'forget this', store: false })
    await assert.rejects(client.responses.retrieve(made.id), OpenAI.NotFoundError)
  })

  for (const model of ['claude', 'openai']) {
    it(`${model}: another key's response does not exist, and its id never reaches the provider`, async () => {
      const made = await client.responses.create({ model, input: 'mine' })
      const stranger = new OpenAI({ baseURL: `${stage.gateway.url}/v1`, apiKey: await stage.gateway.newKey(), maxRetries: 0 })
      const calls = stage.provider.requests.length
      await assert.rejects(stranger.responses.retrieve(made.id), OpenAI.NotFoundError)
      await assert.rejects(stranger.responses.delete(made.id), OpenAI.NotFoundError)
      const goOn = { model, input: 'go on', previous_response_id: made.id }
      await assert.rejects(stranger.responses.create(goOn), OpenAI.BadRequestError)
      assert.equal(stage.provider.requests.length, calls)
      assert.equal((await client.responses.create(goOn)).status, 'completed')
    })
  }

  it('a continued response names the one before it', async () => {
    const first = await client.responses.create({ model: 'claude', input: 'one' })
    const second = await client.responses.create({ model: 'claude', input: 'two', previous_response_id: first.id })
    assert.equal(second.previous_response_id, first.id)
  })

  it('a provider that keeps responses is asked by its own id', async () => {
    const first = await client.responses.create({ model: 'openai', input: 'my name is Ada' })
    await client.responses.create({ model: 'openai', input: 'what is my name', previous_response_id: first.id })
    assert.equal(stage.provider.last.json['previous_response_id'], first.id)
    assert.equal(stage.provider.last.json['input'], 'what is my name')
  })

  it('a tool conversation continues by id', async () => {
    const tools: OpenAI.Responses.Tool[] = [
      { type: 'function', name: 'add', parameters: { type: 'object', properties: {} }, strict: false },
    ]
    const first = await client.responses.create({ model: 'claude', input: 'call add {"a":1}', tools })
    const call = first.output.find((item) => item.type === 'function_call')
    assert.equal(call?.name, 'add')
    const second = await client.responses.create({
      model: 'claude',
      tools,
      previous_response_id: first.id,
      input: [{ type: 'function_call_output', call_id: call?.call_id ?? '', output: '2' }],
    })
    assert.equal(second.output_text, 'the tools said: 2')
    assert.equal(arrayOf(stage.provider.last.json['messages']).length, 3)
  })
})
