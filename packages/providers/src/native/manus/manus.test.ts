import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isGatewayError } from '@switchyard/wire'
import { exchanged, posted, replied } from '../../operations.fixture.ts'
import { fieldsSent, sentBy } from '../../requests.fixture.ts'
import { manus } from './index.ts'

const url = 'https://api.manus.im/v1/responses'
const task = { id: 'resp_1', status: 'running', output: [] }

test('a task of an agent, which is the model', async () => {
  const body = { model: 'manus-1.6', input: 'Hi', stream: true }
  const sent = await sentBy(manus, body, { model: 'manus-1.6', apiKey: 'k', client: 'openai-responses' })
  assert.deepEqual([sent.url, sent.headers['api_key'], sent.headers['authorization']], [url, 'k', undefined])
  assert.deepEqual(fieldsSent(manus, body, sent.quirks), ['agent_profile', 'input', 'model', 'task_mode'])
  assert(sent.quirks.some((quirk) => quirk.do === 'default' && quirk.value === 'manus-1.6'))
})

test('it is asked for until it is done', async () => {
  const done = { ...task, status: 'completed' }
  const { sent, last } = await exchanged(manus, posted(url, '{}', { api_key: 'k' }), [replied(task), replied(done)])
  assert.deepEqual(
    sent.map((one) => [one.method, one.url, one.headers['api_key']]),
    [
      ['POST', url, 'k'],
      ['GET', `${url}/resp_1`, 'k'],
    ],
  )
  assert.deepEqual(JSON.parse(new TextDecoder().decode(last)), done)
})

test('a task that failed is no answer, a refusal is passed on', async () => {
  const failed = exchanged(manus, posted(url), [replied(task), replied({ ...task, status: 'error' })])
  await assert.rejects(failed, (error) => isGatewayError(error) && error.kind === 'internal')
  assert.equal((await exchanged(manus, posted(url), [replied({ error: { message: 'no' } }, 401)])).status, 401)
})

test('what the client said is not the answer', async () => {
  const said = { type: 'message', role: 'user', content: [] }
  const answer = { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Hi' }] }
  const { last } = await exchanged(manus, posted(url), [replied({ ...task, status: 'completed', output: [said, answer] })])
  assert.deepEqual(JSON.parse(new TextDecoder().decode(last)), { ...task, status: 'completed', output: [answer] })
})
