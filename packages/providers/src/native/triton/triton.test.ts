import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dialects, type JsonObject } from '@switchyard/wire'
import { sentBy } from '../../requests.fixture.ts'
import { readText } from '../../text/reading.fixture.ts'
import { triton } from './index.ts'

const traits = { id: 'm', supports: new Set<string>(), lacks: new Set<string>() }
const body = { model: 'm', messages: [{ role: 'user', content: 'Hi.' }] }
const server = 'http://triton.example:8000'

async function written(apiBase: string, more: JsonObject = {}): Promise<JsonObject | undefined> {
  const { endpoint } = await sentBy(triton, { ...body, ...more }, { apiBase, model: 'llama' })
  return endpoint.speaks?.writeRequest(dialects['openai-chat'].readRequest({ ...body, ...more }), traits).body
}

test('the address names the route, or only the server', async () => {
  const url = async (apiBase: string, stream = false): Promise<string> =>
    (await sentBy(triton, { ...body, stream }, { apiBase, model: 'llama' })).url
  assert.equal(await url(`${server}/v2/models/llama/generate`), `${server}/v2/models/llama/generate`)
  assert.equal(await url(`${server}/v2/models/llama/generate`, true), `${server}/v2/models/llama/generate_stream`)
  assert.equal(await url(server, true), `${server}/v2/models/llama/generate_stream`)
  assert.equal(await url(`${server}/v2/models/llama/infer`), `${server}/v2/models/llama/infer`)
  await assert.rejects(url(`${server}/v2/models/llama/infer`, true), /streams on \/generate only/)
})

test('parameters beside the text, or as tensors', async () => {
  assert.deepEqual(await written(`${server}/generate`, { temperature: 0.5, stop: ['END'] }), {
    text_input: 'Hi.',
    parameters: { max_tokens: 2000, temperature: 0.5, stop: ['END'] },
    stream: false,
  })
  assert.deepEqual(await written(`${server}/infer`, { temperature: 0.5, max_tokens: 7 }), {
    inputs: [
      { name: 'text_input', shape: [1], datatype: 'BYTES', data: ['Hi.'] },
      { name: 'max_tokens', shape: [1], datatype: 'INT32', data: [7] },
      { name: 'temperature', shape: [1], datatype: 'FP32', data: [0.5] },
    ],
  })
})

test('replies of both routes', () => {
  const [generate, infer] = triton.endpoints.chat ?? []
  const text = [{ type: 'text', text: 'Yo.' }]
  assert.deepEqual(generate?.speaks?.readReply({ text_output: 'Yo.' }).choices[0]?.blocks, text)
  const outputs = [{ name: 'text_output', datatype: 'BYTES', shape: [1], data: ['Yo.'] }]
  assert.deepEqual(infer?.speaks?.readReply({ outputs }).choices[0]?.blocks, text)
})

test('a stream ends with its body; an error inside it, and a body of nothing, are failures', () => {
  const speaks = triton.endpoints.chat?.[0]?.speaks
  assert(speaks !== undefined)
  const { reply, ended } = readText('data: {"text_output":"Hi"}\n\ndata: {"text_output":" Ada"}\n\n', speaks)
  assert(ended)
  assert.deepEqual(reply.choices[0]?.blocks, [{ type: 'text', text: 'Hi Ada' }])
  assert.equal(readText('data: {"text_output":"Hi"}\n\ndata: {"error":"rate limit"}\n\n', speaks).error?.kind, 'rate_limited')
  assert.equal(readText('', speaks).error?.kind, 'bad_gateway')
})

test('embeddings are the rows of a matrix', () => {
  const codec = triton.codecs?.embedding
  const target = { model: 'emb', baseUrl: server, key: undefined, params: {}, traits }
  const reply = { outputs: [{ shape: [2, 2], datatype: 'FP32', data: [1, 2, 3, 4] }] }
  const read = codec?.read(reply, { input: ['four', 'four'] }, target)
  assert.deepEqual(read, {
    object: 'list',
    data: [
      { object: 'embedding', index: 0, embedding: [1, 2] },
      { object: 'embedding', index: 1, embedding: [3, 4] },
    ],
    model: 'emb',
    usage: { prompt_tokens: 2, total_tokens: 2 },
  })
})
