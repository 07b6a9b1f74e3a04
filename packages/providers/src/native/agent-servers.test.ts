import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dialects } from '@switchyard/wire'
import { sentBy } from '../requests.fixture.ts'
import { langflow, langgraph } from './agent-servers.ts'

const body = {
  model: 'agent',
  messages: [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'Hi.' },
    { role: 'assistant', content: 'Yes?' },
    { role: 'user', content: 'Time?' },
  ],
}
const request = dialects['openai-chat'].readRequest({ ...body, session_id: 's1' })
const traits = { id: 'agent', supports: new Set<string>(), lacks: new Set<string>() }

test('LangGraph: a run of an assistant, whose last message is the answer', async () => {
  const speaks = langgraph.endpoints.chat?.[0]?.speaks
  assert(speaks !== undefined)
  assert.deepEqual(speaks.writeRequest(request, traits).body, {
    session_id: 's1',
    assistant_id: 'agent',
    input: {
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'human', content: 'Hi.' },
        { role: 'assistant', content: 'Yes?' },
        { role: 'human', content: 'Time?' },
      ],
    },
  })
  assert.equal((await sentBy(langgraph, body, { model: 'agent' })).url, 'http://localhost:2024/runs/wait')
  const messages = [
    { type: 'ai', content: 'I look.' },
    { type: 'tool', content: '12' },
    { type: 'ai', content: [{ type: 'text', text: 'Noon.' }] },
  ]
  assert.deepEqual(speaks.readReply({ messages }).choices[0]?.blocks, [{ type: 'text', text: 'Noon.' }])
  assert.throws(() => speaks.readReply({ __error__: { error: 'ValueError', message: 'boom' } }), { kind: 'internal' })
  assert.throws(() => speaks.readReply({ messages: [] }), { kind: 'bad_reply' })
})

test('Langflow: one text in, one text out', async () => {
  const speaks = langflow.endpoints.chat?.[0]?.speaks
  assert(speaks !== undefined)
  const { body: written } = speaks.writeRequest(request, traits)
  assert.deepEqual(written, { session_id: 's1', input_value: 'Time?', input_type: 'chat', output_type: 'chat' })
  const alone = speaks.writeRequest(dialects['openai-chat'].readRequest(body), traits).body
  assert.equal(alone['input_value'], 'Be brief.\n\nHi.\n\nYes?\n\nTime?')
  assert.equal(speaks.writes.temperature, 'drops')
  const sent = await sentBy(langflow, body, { model: 'my flow', apiBase: 'https://flows.example', apiKey: 'k' })
  assert.deepEqual([sent.url, sent.headers['x-api-key']], ['https://flows.example/api/v1/run/my%20flow', 'k'])
  const outputs = [{ outputs: [{ results: { message: { text: 'Noon.' } } }] }]
  assert.deepEqual(speaks.readReply({ outputs }).choices[0]?.blocks, [{ type: 'text', text: 'Noon.' }])
})
