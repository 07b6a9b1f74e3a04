import assert from 'node:assert/strict'
import { createHash, createVerify, generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import type { Outgoing } from '@switchyard/core'
import { dialects, type JsonObject } from '@switchyard/wire'
import { sentBy } from '../../requests.fixture.ts'
import { cutAnywhere, readText } from '../../text/reading.fixture.ts'
import { oci } from './index.ts'

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const pem = (type: 'pkcs8' | 'pkcs1'): string => privateKey.export({ type, format: 'pem' })
const ids = { oci_tenancy: 'ten', oci_user: 'use', oci_fingerprint: 'aa:bb', oci_compartment_id: 'comp' }
const messages = [{ role: 'user', content: 'Hi.' }]
const model = 'meta.llama-3.3-70b-instruct'

/** The text that Oracle verifies, out of the request. */
function signedText(url: string, headers: Readonly<Record<string, string>>, body: string): string {
  const { host, pathname } = new URL(url)
  return [
    `date: ${headers['date']}`,
    `(request-target): post ${pathname}`,
    `host: ${host}`,
    `content-length: ${Buffer.byteLength(body)}`,
    'content-type: application/json',
    `x-content-sha256: ${createHash('sha256').update(body).digest('base64')}`,
  ].join('\n')
}

for (const type of ['pkcs8', 'pkcs1'] as const) {
  test(`requests are signed with a key in ${type}, line feeds written out or not`, async () => {
    for (const key of [pem(type), pem(type).replaceAll('\n', '\\n')]) {
      const body = '{"a":"⚓"}'
      const url = 'https://inference.generativeai.us-chicago-1.oci.oraclecloud.com/20231130/actions/chat'
      const outgoing: Outgoing = {
        url,
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: new TextEncoder().encode(body),
      }
      const traits = { id: model, supports: new Set<string>(), lacks: new Set<string>() }
      const target = { model, baseUrl: url, key: undefined, params: { ...ids, oci_key: key }, traits }
      const refuse = (): Promise<never> => Promise.reject(new Error('no network'))
      await oci.prepare?.(outgoing, target, { variable: () => undefined, send: refuse, now: () => 0 })
      assert.equal(outgoing.headers['date'], 'Thu, 01 Jan 1970 00:00:00 GMT')
      const [, head, signature] =
        /^(Signature version="1",keyId="ten\/use\/aa:bb",algorithm="rsa-sha256",headers=".*"),signature="(.*)"$/.exec(
          outgoing.headers['authorization'] ?? '',
        ) ?? []
      assert.match(head ?? '', /headers="date \(request-target\) host content-length content-type x-content-sha256"$/)
      const verify = createVerify('RSA-SHA256').update(signedText(url, outgoing.headers, body))
      assert(verify.verify(publicKey, signature ?? '', 'base64'))
    }
  })
}

test('what is missing is named, and a key that is none is refused in words', async () => {
  const { oci_user: _, ...without } = ids
  await assert.rejects(sentBy(oci, { messages }, { model, params: { ...without, oci_key: pem('pkcs8') } }), /OCI_USER/)
  await assert.rejects(sentBy(oci, { messages }, { model, params: { ...ids, oci_key: 'nonsense' } }), /not an RSA key/)
  await assert.rejects(sentBy(oci, { messages }, { model, params: ids }), /OCI_KEY_FILE/)
})

const setting = { model, params: { ...ids, oci_key: pem('pkcs8') } }

test('the region is a host, and the body stands in an envelope', async () => {
  const sent = await sentBy(oci, { messages }, { ...setting, params: { ...setting.params, oci_region: 'eu-frankfurt-1' } })
  assert.equal(sent.url, 'https://inference.generativeai.eu-frankfurt-1.oci.oraclecloud.com/20231130/actions/chat')
  const edits = sent.quirks.flatMap((quirk) => (quirk.do === 'edit' ? [quirk.edit({ a: 1 })] : []))
  assert.deepEqual(edits, [
    { compartmentId: 'comp', servingMode: { servingType: 'ON_DEMAND', modelId: model }, chatRequest: { a: 1 } },
  ])
  const endpoint = 'ocid1.generativeaiendpoint.oc1..x'
  const dedicated = await sentBy(oci, { messages }, { ...setting, params: { ...setting.params, oci_endpoint_id: endpoint } })
  const [edit] = dedicated.quirks.flatMap((quirk) => (quirk.do === 'edit' ? [quirk.edit({})] : []))
  assert.deepEqual(edit?.['servingMode'], { servingType: 'DEDICATED', endpointId: endpoint })
})

async function written(id: string, body: JsonObject): Promise<JsonObject | undefined> {
  const { endpoint } = await sentBy(oci, body, { ...setting, model: id })
  const traits = { id, supports: new Set<string>(), lacks: new Set<string>() }
  return endpoint.speaks?.writeRequest(dialects['openai-chat'].readRequest({ model: id, ...body }), traits).body
}

const call = { id: 'c1', type: 'function', function: { name: 'get_time', arguments: '{"zone":"UTC"}' } }
const parameters = { type: 'object', properties: { zone: { type: 'string' } }, required: ['zone'] }
const conversation = {
  messages: [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'Time?' },
    { role: 'assistant', content: null, tool_calls: [call] },
    { role: 'tool', tool_call_id: 'c1', content: 'noon' },
  ],
  tools: [{ type: 'function', function: { name: 'get_time', description: 'Now', parameters } }],
}

test('the generic format', async () => {
  const body = { ...conversation, tool_choice: 'required', top_p: 0.5, stop: ['X'], reasoning_effort: 'low', max_tokens: 9 }
  assert.deepEqual(await written(model, body), {
    apiFormat: 'GENERIC',
    messages: [
      { role: 'SYSTEM', content: [{ type: 'TEXT', text: 'Be brief.' }] },
      { role: 'USER', content: [{ type: 'TEXT', text: 'Time?' }] },
      { role: 'ASSISTANT', toolCalls: [{ id: 'c1', type: 'FUNCTION', name: 'get_time', arguments: '{"zone":"UTC"}' }] },
      { role: 'TOOL', content: [{ type: 'TEXT', text: 'noon' }], toolCallId: 'c1' },
    ],
    maxTokens: 9,
    topP: 0.5,
    stop: ['X'],
    reasoningEffort: 'LOW',
    tools: [{ type: 'FUNCTION', name: 'get_time', description: 'Now', parameters }],
    toolChoice: { type: 'REQUIRED' },
  })
})

test('pictures, schemas, and the limit that OpenAI’s thinking models take', async () => {
  const picture = { type: 'image_url', image_url: { url: 'data:image/png;base64,AA==', detail: 'low' } }
  const schema = { type: 'object' }
  const body = {
    messages: [{ role: 'user', content: [{ type: 'text', text: 'What?' }, picture] }],
    response_format: { type: 'json_schema', json_schema: { name: 'a', schema, strict: true } },
    stream: true,
  }
  assert.deepEqual(await written('openai.gpt-5', body), {
    apiFormat: 'GENERIC',
    messages: [
      {
        role: 'USER',
        content: [
          { type: 'TEXT', text: 'What?' },
          { type: 'IMAGE', imageUrl: { url: 'data:image/png;base64,AA==', detail: 'LOW' } },
        ],
      },
    ],
    maxCompletionTokens: 4096,
    responseFormat: { type: 'JSON_SCHEMA', jsonSchema: { name: 'a', schema, isStrict: true } },
    isStream: true,
    streamOptions: { isIncludeUsage: true },
  })
})

test('Cohere’s format', async () => {
  assert.deepEqual(await written('cohere.command-r-plus-08-2024', { ...conversation, top_p: 0.5, top_k: 3, stop: ['X'] }), {
    apiFormat: 'COHERE',
    message: '',
    chatHistory: [
      { role: 'USER', message: 'Time?' },
      { role: 'CHATBOT', message: '', toolCalls: [{ name: 'get_time', parameters: { zone: 'UTC' } }] },
    ],
    toolResults: [{ call: { name: 'get_time', parameters: { zone: 'UTC' } }, outputs: [{ result: 'noon' }] }],
    preambleOverride: 'Be brief.',
    maxTokens: 4096,
    topP: 0.5,
    topK: 3,
    stopSequences: ['X'],
    tools: [
      {
        name: 'get_time',
        description: 'Now',
        parameterDefinitions: { zone: { type: 'string', description: '', isRequired: true } },
      },
    ],
  })
})

const [generic, cohere] = oci.endpoints.chat?.map(({ speaks }) => speaks ?? assert.fail()) ?? []
assert(generic !== undefined && cohere !== undefined)
const usage = { promptTokens: 3, completionTokens: 2, totalTokens: 5, completionTokensDetails: { reasoningTokens: 1 } }

test('whole replies of both formats', () => {
  const toolCalls = [{ type: 'FUNCTION', name: 'get_time', arguments: '{"zone":"UTC"}' }]
  const message = { role: 'ASSISTANT', content: [{ type: 'TEXT', text: 'Hi ⚓' }], toolCalls }
  const choices = [{ index: 0, message, finishReason: 'tool_calls' }]
  const reply = generic.readReply({ modelId: model, chatResponse: { apiFormat: 'GENERIC', choices, usage } })
  const [text, called] = reply.choices[0]?.blocks ?? []
  assert.deepEqual([reply.model, text?.type === 'text' && text.text, called?.type], [model, 'Hi ⚓', 'call'])
  assert.match(called?.type === 'call' ? called.id : '', /^call_/)
  assert.deepEqual([reply.choices[0]?.stop, reply.usage?.reasoning, reply.usage?.output], ['tool', 1, 2])
  const said = cohere.readReply({ modelId: 'cohere.r', chatResponse: { text: 'Hi', finishReason: 'MAX_TOKENS', usage } })
  assert.deepEqual([said.choices[0]?.stop, said.usage?.input], ['length', 3])
  assert.throws(() => generic.readReply({}), { kind: 'bad_reply' })
  assert.throws(() => generic.readReply({ code: 'NotAuthenticated', message: 'no' }), { kind: 'auth' })
})

const sse = (list: readonly JsonObject[]): string => list.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('')
const text = (value: string): JsonObject => ({
  index: 0,
  message: { role: 'ASSISTANT', content: [{ type: 'TEXT', text: value }] },
})
const piece = (call: JsonObject): JsonObject => ({
  index: 0,
  message: { toolCalls: [{ type: 'FUNCTION', ...call }] },
  pad: 'aaa',
})
const told = [
  text('Hi '),
  text('⚓'),
  piece({ id: 'c1', name: 'get_time', arguments: '' }),
  piece({ arguments: '{"zone":' }),
  piece({ arguments: '"UTC"}' }),
  { index: 0, finishReason: 'tool_calls', pad: 'a' },
  { usage },
]

test('a generic stream, cut anywhere', () => {
  for (const { reply, ended } of cutAnywhere(sse(told), generic)) {
    assert(ended)
    assert.deepEqual(reply.choices[0]?.blocks, [
      { type: 'text', text: 'Hi ⚓' },
      { type: 'call', id: 'c1', name: 'get_time', input: '{"zone":"UTC"}' },
    ])
    assert.deepEqual([reply.choices[0]?.stop, reply.usage?.input], ['tool', 3])
  }
})

const cohereTold = [
  { apiFormat: 'COHERE', text: 'Hi ' },
  { apiFormat: 'COHERE', text: '⚓' },
  { apiFormat: 'COHERE', text: 'Hi ⚓', finishReason: 'COMPLETE', usage },
]

test('a stream of Cohere’s format, whose last event repeats the text', () => {
  for (const { reply, ended } of cutAnywhere(sse(cohereTold), cohere)) {
    assert(ended)
    assert.deepEqual(reply.choices[0]?.blocks, [{ type: 'text', text: 'Hi ⚓' }])
    assert.deepEqual([reply.choices[0]?.stop, reply.usage?.output], ['stop', 2])
  }
})

test('cut streams fail, and errors inside streams keep their kind', () => {
  assert.equal(readText(sse(told.slice(0, 5)), generic).error?.kind, 'bad_gateway')
  assert.equal(readText(sse(cohereTold.slice(0, 2)), cohere).error?.kind, 'bad_gateway')
  for (const dialect of [generic, cohere]) {
    const { error } = readText(sse([{ code: 'TooManyRequests', message: 'slow down' }]), dialect)
    assert.deepEqual([error?.kind, error?.message], ['rate_limited', 'slow down'])
  }
  assert.equal(generic.readError(404, { code: 'NotAuthorizedOrNotFound', message: 'no such model' }).kind, 'not_found')
})

test('embeddings', () => {
  const traits = { id: 'e', supports: new Set<string>(), lacks: new Set<string>() }
  const target = { model: 'cohere.embed-v4.0', baseUrl: 'https://a.example', key: undefined, params: ids, traits }
  const request = { input: ['a'], dimensions: 2, input_type: 'search_query' }
  assert.deepEqual(oci.codecs?.embedding?.write(request, target, []), {
    json: {
      compartmentId: 'comp',
      servingMode: { servingType: 'ON_DEMAND', modelId: 'cohere.embed-v4.0' },
      inputs: ['a'],
      inputType: 'SEARCH_QUERY',
      outputDimensions: 2,
    },
  })
  const read = oci.codecs?.embedding?.read({ embeddings: [[1, 2]], usage: { promptTokens: 7 } }, request, target)
  assert.deepEqual(read, {
    object: 'list',
    data: [{ object: 'embedding', index: 0, embedding: [1, 2] }],
    model: 'cohere.embed-v4.0',
    usage: { prompt_tokens: 7, total_tokens: 7 },
  })
})
