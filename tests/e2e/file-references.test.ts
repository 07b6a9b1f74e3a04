import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import Anthropic from '@anthropic-ai/sdk'
import OpenAI, { toFile } from 'openai'
import { FakeProvider } from '../tools/fake-provider.ts'
import { TestGateway } from '../tools/gateway.ts'
import { KeepingProvider } from '../tools/keeping-provider.ts'
import { configText, model } from '../tools/stage.ts'

describe('ids of files in chats', () => {
  let keeping: KeepingProvider
  let chatting: FakeProvider
  let gateway: TestGateway
  let client: OpenAI
  let key = ''
  before(async () => {
    keeping = await KeepingProvider.start()
    chatting = await FakeProvider.start()
    const models = [
      model('kept', 'openai/gpt-4o-mini', { api_base: `${keeping.origin}/v1` }),
      model('chat', 'openrouter/fake-chat', { api_base: `${chatting.origin}/v1` }),
      model('claude', 'anthropic/claude-sonnet-4-5', { api_base: chatting.origin }),
      model('responses', 'openai/responses/fake-responses', { api_base: `${chatting.origin}/v1` }),
    ]
    gateway = await TestGateway.start({ config: configText(models) })
    key = await gateway.newKey({})
    client = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: key, maxRetries: 0 })
  })
  after(async () => {
    await gateway.stop()
    await keeping.stop()
    await chatting.stop()
  })

  const upload = async (name: string, content: string, on: string): Promise<string> => {
    const extra = { file: await toFile(Buffer.from(content), name), purpose: 'user_data', target_model_names: on } as const
    return (await client.files.create(extra)).id
  }
  const asked = (id: string): OpenAI.ChatCompletionMessageParam[] => [
    {
      role: 'user',
      content: [
        { type: 'text', text: 'read it' },
        { type: 'file', file: { file_id: id } },
      ],
    },
  ]

  it('become the provider’s own where it keeps the file', async () => {
    const id = await upload('a.txt', 'content', 'kept')
    const [upstreamId] = [...keeping.files.keys()]
    const reply = await gateway.call('POST', '/v1/chat/completions', { model: 'kept', messages: asked(id) }, key)
    // The keeping provider answers no chats; what it was asked is what counts.
    assert.ok(reply.status < 600)
    const sent = JSON.stringify(keeping.requests.find(({ path }) => path === '/v1/chat/completions')?.json)
    assert.match(sent, new RegExp(`"file_id":"${upstreamId ?? ''}"`))
    assert.doesNotMatch(sent, /file-sy/)
  })

  it('become the content where the gateway keeps it, in every dialect', async () => {
    const id = await upload('a.pdf', '%PDF-', 'chat')
    await client.chat.completions.create({ model: 'chat', messages: asked(id) })
    const data = `data:application/pdf;base64,${Buffer.from('%PDF-').toString('base64')}`
    assert.match(JSON.stringify(chatting.last.json), new RegExp(`"filename":"a.pdf","file_data":"${data}"`))
    await client.responses.create({
      model: 'responses',
      input: [{ role: 'user', content: [{ type: 'input_file', file_id: id }] }],
    })
    assert.match(JSON.stringify(chatting.last.json), new RegExp(`"type":"input_file","filename":"a.pdf","file_data":"${data}"`))
    const anthropic = new Anthropic({ baseURL: gateway.url, apiKey: key, maxRetries: 0 })
    await anthropic.beta.messages.create({
      model: 'claude',
      max_tokens: 10,
      messages: [{ role: 'user', content: [{ type: 'document', source: { type: 'file', file_id: id } }] }],
    })
    const source = { type: 'base64', media_type: 'application/pdf', data: Buffer.from('%PDF-').toString('base64') }
    assert.match(JSON.stringify(chatting.last.json), new RegExp(JSON.stringify(source)))
  })

  it('are refused where neither helps, in the caller’s dialect', async () => {
    const id = await upload('a.txt', 'content', 'kept')
    await assert.rejects(client.chat.completions.create({ model: 'chat', messages: asked(id) }), {
      status: 400,
      message: /kept by OpenAI, and the model "chat" is served elsewhere/,
    })
    const body = {
      model: 'claude',
      max_tokens: 10,
      messages: [{ role: 'user', content: [{ type: 'document', source: { type: 'file', file_id: id } }] }],
    }
    const { status, json } = await gateway.call('POST', '/v1/messages', body, key)
    assert.deepEqual([status, json['type']], [400, 'error'])
    const stranger = await gateway.newKey({})
    const foreign = await upload('b.txt', 'secret', 'chat')
    const refused = await gateway.call('POST', '/v1/chat/completions', { model: 'chat', messages: asked(foreign) }, stranger)
    assert.equal(refused.status, 404)
  })
})
