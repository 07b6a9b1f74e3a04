import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import OpenAI from 'openai'
import { isObject, objectOf, objectsOf, parseJson, type JsonObject } from '@switchyard/wire'
import { openStage, type Stage } from '../tools/stage.ts'

const read = { type: 'function', name: 'read', description: 'Reads.', parameters: { type: 'object', properties: {} } }
const applyPatch = {
  type: 'custom',
  name: 'ApplyPatch',
  description: 'Edits files.',
  format: { type: 'grammar', syntax: 'lark', definition: 'start: "*** Begin Patch"' },
}
const nested = ({ type, ...tool }: typeof read): JsonObject => ({ type, function: tool })

describe("the route of Cursor's editor", () => {
  let stage: Stage
  let key: string
  before(async () => {
    stage = await openStage({ sections: { litellm_settings: { num_retries: 0 } } })
    key = await stage.gateway.newKey()
  })
  beforeEach(() => stage.provider.reset())
  after(() => stage.close())

  const post = (body: JsonObject): Promise<Response> =>
    fetch(`${stage.gateway.url}/cursor/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  const answerOf = async (response: Response): Promise<JsonObject> => {
    const reply = parseJson(await response.text())
    assert.equal(response.status, 200, JSON.stringify(reply))
    const [choice] = isObject(reply) ? objectsOf(reply['choices']) : []
    return objectOf(choice?.['message']) ?? {}
  }

  for (const model of ['chat', 'claude', 'gemini', 'responses']) {
    it(`${model}: Responses in, a chat out`, async () => {
      const input = [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: [{ type: 'input_text', text: 'hello' }] },
      ]
      const more = { store: false, include: ['reasoning.encrypted_content'], truncation: 'auto', text: { verbosity: 'low' } }
      const response = await post({ model, input, tools: [read, applyPatch], reasoning: { effort: 'low' }, ...more })
      assert.match(response.headers.get('x-switchyard-loss') ?? '', /include=drops/)
      assert.equal((await answerOf(response))['content'], 'echo: hello')
      const sent = stage.provider.last.body.toString()
      for (const text of ['Be brief.', '"read"', 'ApplyPatch', 'Begin Patch']) assert.ok(sent.includes(text), text)
    })

    it(`${model}: a stream of chunks`, async () => {
      const client = new OpenAI({ baseURL: `${stage.gateway.url}/cursor`, apiKey: key, maxRetries: 0 })
      const body = { model, input: 'call read {"a":1}', tools: [read, applyPatch], stream: true as const }
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the client knows no chats in the words of Responses
      const stream = await client.chat.completions.create(body as unknown as OpenAI.ChatCompletionCreateParamsStreaming)
      const chunks = await Array.fromAsync(stream)
      const calls = chunks.flatMap(({ choices }) => choices.flatMap(({ delta }) => delta.tool_calls ?? []))
      assert.equal(calls[0]?.function?.name, 'read')
      assert.equal(calls.map((call) => call.function?.arguments ?? '').join(''), '{"a":1}')
      assert.equal(chunks.flatMap(({ choices }) => choices).at(-1)?.finish_reason, 'tool_calls')
    })

    it(`${model}: a tool of bare text is called with it, and its call comes back as one`, async () => {
      const ask = 'call ApplyPatch {"input":"*** Begin Patch"}'
      const { tool_calls: calls } = await answerOf(await post({ model, input: ask, tools: [applyPatch] }))
      const [call] = objectsOf(calls)
      assert.deepEqual(call?.['function'], { name: 'ApplyPatch', arguments: '*** Begin Patch' })
      const history = [
        { role: 'user', content: ask },
        { type: 'function_call', call_id: call?.['id'], name: 'ApplyPatch', arguments: '*** Begin Patch' },
        { type: 'function_call_output', call_id: call?.['id'], output: 'done' },
      ]
      assert.equal((await post({ model, input: history, tools: [applyPatch] })).status, 200)
      assert.match(stage.provider.last.body.toString(), /input\\*":\s?\\*"\*\*\* Begin Patch/)
    })
  }

  it('a chat with tools of both forms', async () => {
    const messages = [
      { role: 'user', content: 'hi' },
      { role: 'assistant', tool_calls: [{ id: 'c', type: 'function', function: { name: 'ApplyPatch', arguments: '*** B' } }] },
      { role: 'tool', tool_call_id: 'c', content: 'done' },
    ]
    const tools = [nested(read), applyPatch, { ...read, name: 'write' }]
    const response = await post({ model: 'chat', messages, tools, tool_choice: { type: 'function', name: 'write' }, seed: 1 })
    assert.equal(response.status, 200)
    const { json } = stage.provider.last
    assert.deepEqual(
      objectsOf(json['tools']).map((tool) => objectOf(tool['function'])?.['name']),
      ['read', 'ApplyPatch', 'write'],
    )
    assert.deepEqual([json['tool_choice'], json['seed']], [{ type: 'function', function: { name: 'write' } }, 1])
    assert.ok(stage.provider.last.body.includes('{\\"input\\":\\"*** B\\"}'))
  })

  it('a plain chat passes as it came', async () => {
    const text = '{"model":"fake-chat","messages":[{"role":"user","content":"h\\u0069"}],"unknown":1}'
    const response = await fetch(`${stage.gateway.url}/cursor/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: text.replace('fake-chat', 'chat'),
    })
    assert.equal(response.status, 200)
    assert.equal(stage.provider.last.body.toString(), text)
  })

  it('what cannot be served is said, in the words of chats', async () => {
    for (const body of [{ input: 'x', previous_response_id: 'resp_1' }, {}, { input: 5 }]) {
      const response = await post({ model: 'chat', ...body })
      const error: unknown = await response.json()
      assert.equal(response.status, 400)
      assert.ok(isObject(error) && isObject(error['error']))
    }
    assert.equal(stage.provider.requests.length, 0)
  })

  it('the models that the key may use', async () => {
    for (const path of ['/cursor/models', '/cursor/v1/models']) {
      const list: unknown = await (await fetch(stage.gateway.url + path, { headers: { authorization: `Bearer ${key}` } })).json()
      assert.ok(objectsOf(isObject(list) ? list['data'] : []).some(({ id }) => id === 'claude'))
    }
  })
})
