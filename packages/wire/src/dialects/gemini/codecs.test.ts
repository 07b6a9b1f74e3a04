import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { fail, type ErrorKind } from '../../errors.ts'
import { makeUsage } from '../../usage.ts'
import { byteOffset, utf16Offset } from './grounding.ts'
import {
  gemini,
  readCountReply,
  readCountRequest,
  readEmbedReply,
  writeCountReply,
  writeCountRequest,
  writeEmbedRequest,
} from './index.ts'
import { fromOpenApi, toOpenApi } from './schema.ts'
import { echoOf, jsonOf, traitsOf } from './test-kit.ts'

describe('gemini: errors', () => {
  const cases: readonly (readonly [number, string, string, ErrorKind])[] = [
    [400, 'Invalid value at generation_config.temperature', 'INVALID_ARGUMENT', 'bad_request'],
    [400, 'API key not valid. Please pass a valid API key.', 'INVALID_ARGUMENT', 'auth'],
    [400, 'The input token count (9) exceeds the maximum number of tokens allowed (8).', 'INVALID_ARGUMENT', 'context_length'],
    [403, 'Permission denied', 'PERMISSION_DENIED', 'forbidden'],
    [404, 'models/x is not found', 'NOT_FOUND', 'not_found'],
    [408, 'Deadline exceeded', 'DEADLINE_EXCEEDED', 'timeout'],
    [429, 'Quota exceeded', 'RESOURCE_EXHAUSTED', 'rate_limited'],
    [500, 'An internal error has occurred.', 'INTERNAL', 'internal'],
    [503, 'The model is overloaded.', 'UNAVAILABLE', 'unavailable'],
  ]
  for (const [status, message, word, kind] of cases) {
    it(`${status} ${message}`, () => {
      const body = { error: { code: status, message, status: word } }
      const error = gemini.readError(status, body)
      assert.equal(error.kind, kind)
      assert.equal(error.message, message)
      assert.equal(error.facts.code, word)
      assert.equal(gemini.readError(status, [body]).kind, kind)
    })
  }
  it('keeps the delay, the field and the reason', () => {
    const details = [
      { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '1.25s' },
      { fieldViolations: [{ field: 'contents[0].role', description: 'bad' }] },
    ]
    const error = gemini.readError(429, { error: { code: 429, message: 'm', status: 'RESOURCE_EXHAUSTED', details } })
    assert.equal(error.facts.retryAfterMs, 1250)
    assert.equal(error.facts.param, 'contents[0].role')
    assert.deepEqual(gemini.writeError(error), { error: { code: 429, message: 'm', status: 'RESOURCE_EXHAUSTED', details } })
    assert.equal(gemini.readError(400, { error: { message: 'x', details: [{ reason: 'API_KEY_INVALID' }] } }).kind, 'auth')
  })
  it('reads what is not JSON', () => {
    assert.equal(gemini.readError(502, '<html>Bad gateway</html>').message, '<html>Bad gateway</html>')
    assert.equal(gemini.readError(500, undefined).kind, 'internal')
  })
  it('writes Google’s shape', () => {
    assert.deepEqual(gemini.writeError(fail('bad_request', 'contents must be an array', { param: 'contents' })), {
      error: {
        code: 400,
        message: 'contents must be an array',
        status: 'INVALID_ARGUMENT',
        details: [
          {
            '@type': 'type.googleapis.com/google.rpc.BadRequest',
            fieldViolations: [{ field: 'contents', description: 'contents must be an array' }],
          },
        ],
      },
    })
  })
})

describe('gemini: usage', () => {
  const usage = (usageMetadata: object, candidates: readonly object[] = []) => gemini.readUsage({ usageMetadata, candidates })
  it('adds thoughts unless the total shows that they are inside', () => {
    const meta = { promptTokenCount: 14, candidatesTokenCount: 42, thoughtsTokenCount: 30 }
    assert.equal(usage({ ...meta, totalTokenCount: 86 })?.output, 72)
    assert.equal(usage({ ...meta, totalTokenCount: 56 })?.output, 42)
  })
  it('counts tool prompts, except those of grounding', () => {
    const meta = { promptTokenCount: 10, toolUsePromptTokenCount: 5, candidatesTokenCount: 1 }
    assert.equal(usage(meta)?.input, 15)
    const grounded = usage(meta, [{ groundingMetadata: { webSearchQueries: ['a', 'b'] } }])
    assert.equal(grounded?.input, 10)
    assert.equal(grounded?.webSearches, 2)
  })
  it('has the modalities, the cache and the tier', () => {
    const read = usage({
      promptTokenCount: 100,
      cachedContentTokenCount: 60,
      candidatesTokenCount: 20,
      trafficType: 'ON_DEMAND_FLEX',
      promptTokensDetails: [
        { modality: 'AUDIO', tokenCount: 30 },
        { modality: 'DOCUMENT', tokenCount: 10 },
      ],
      cacheTokensDetails: [{ modality: 'AUDIO', tokenCount: 20 }],
      candidatesTokensDetails: [{ modality: 'IMAGE', tokenCount: 15 }],
    })
    const expected = {
      input: 100,
      output: 20,
      cacheRead: 60,
      inputAudio: 30,
      cacheReadAudio: 20,
      outputImage: 15,
      serviceTier: 'flex',
    }
    assert.deepEqual(read, makeUsage(expected))
  })
  it('is written for clients', () => {
    const usageMetadata = gemini.writeReply(
      {
        id: 'r',
        model: 'm',
        created: 0,
        choices: [],
        usage: makeUsage({ input: 100, output: 20, reasoning: 5, cacheRead: 60, inputAudio: 30 }),
      },
      echoOf('m'),
    ).usageMetadata
    assert.deepEqual(usageMetadata, {
      promptTokenCount: 100,
      candidatesTokenCount: 15,
      thoughtsTokenCount: 5,
      totalTokenCount: 120,
      cachedContentTokenCount: 60,
      promptTokensDetails: [
        { modality: 'TEXT', tokenCount: 70 },
        { modality: 'AUDIO', tokenCount: 30 },
      ],
    })
  })
})

describe('gemini: replies', () => {
  it('give citations, logprobs and stops in the hub’s words', () => {
    const grounded = gemini.readReply(jsonOf('grounded.reply.json')).choices[0]?.blocks[0]
    assert.deepEqual(grounded?.type === 'text' ? grounded.citations?.map((each) => [each.url, each.start, each.end]) : [], [
      ['https://example.com/z', 0, 16],
      ['https://example.com/z', 17, 27],
      ['https://example.com/o', 17, 27],
      ['https://example.com/c', 0, 6],
    ])
    const two = gemini.readReply(jsonOf('two.reply.json'))
    const top = [
      { token: 'A', logprob: -0.5, bytes: null },
      { token: 'B', logprob: -1.5, bytes: null },
    ]
    assert.deepEqual(two.choices[0]?.logprobs, { content: [{ token: 'A', logprob: -0.5, bytes: null, top_logprobs: top }] })
    assert.deepEqual(
      two.choices.map((choice) => choice.stop),
      ['stop', 'filter'],
    )
    assert.equal(gemini.readReply(jsonOf('calls.reply.json')).choices[0]?.stop, 'tool')
    assert.equal(gemini.readReply(jsonOf('blocked.reply.json')).choices[0]?.rawStop, 'PROHIBITED_CONTENT')
    assert.equal(gemini.readReply(jsonOf('thinking.reply.json')).created, Date.UTC(2026, 10, 22, 10) / 1000)
  })
  it('of other dialects are written with grounding and log probabilities', () => {
    const citations = [{ url: 'https://example.com', title: 'T', start: 3, end: 5 }]
    const logprobs = { content: [{ token: 'é', logprob: -1, top_logprobs: [] }] }
    const reply = gemini.writeReply(
      {
        id: '',
        model: 'x',
        created: 0,
        choices: [
          { index: 0, blocks: [{ type: 'text', text: 'é: ok', citations }], stop: 'stop', rawStop: 'end_turn', logprobs },
        ],
      },
      echoOf('m'),
    )
    assert.deepEqual(reply, {
      candidates: [
        {
          content: { role: 'model', parts: [{ text: 'é: ok' }] },
          finishReason: 'STOP',
          index: 0,
          groundingMetadata: {
            groundingChunks: [{ web: { uri: 'https://example.com', title: 'T' } }],
            groundingSupports: [{ segment: { startIndex: 4, endIndex: 6, text: 'ok' }, groundingChunkIndices: [0] }],
          },
          avgLogprobs: -1,
          logprobsResult: { topCandidates: [{ candidates: [] }], chosenCandidates: [{ token: 'é', logProbability: -1 }] },
        },
      ],
      modelVersion: 'm',
      responseId: 'call-uuid',
    })
  })
  it('without candidates or a reason are bad', () => {
    assert.throws(() => gemini.readReply({ usageMetadata: {} }), { name: 'GatewayError', message: /neither candidates/ })
  })
  it('count bytes and units', () => {
    const text = 'aé€😀z'
    for (let at = 0; at <= text.length; at++) {
      if (at === 4) continue
      assert.equal(byteOffset(text, at), new TextEncoder().encode(text.slice(0, at)).length)
      assert.equal(utf16Offset(text, byteOffset(text, at)), at)
    }
  })
})

describe('gemini: schemas', () => {
  it('are cut to Google’s subset', () => {
    const schema = {
      $schema: 'http://json-schema.org/draft-07/schema#',
      $defs: { leaf: { type: 'object', properties: { v: { type: 'number', exclusiveMinimum: 0 } } } },
      type: 'object',
      additionalProperties: false,
      properties: {
        a: { anyOf: [{ type: 'string' }, { type: 'null' }] },
        l: { type: 'array' },
        e: { type: 'string', enum: ['', 'a'] },
        u: { type: 'string', format: 'uri' },
        m: { type: ['string', 'integer'] },
        c: { const: 3 },
        r: { $ref: '#/$defs/leaf', description: 'a leaf' },
        all: {
          allOf: [
            { properties: { x: { type: 'string' } }, required: ['x'] },
            { properties: { y: {} }, required: ['y'] },
          ],
        },
      },
      required: ['a'],
    }
    assert.deepEqual(toOpenApi(schema), {
      type: 'object',
      properties: {
        a: { anyOf: [{ type: 'string', nullable: true }] },
        l: { type: 'array', items: { type: 'object' } },
        e: { type: 'string', enum: ['a'] },
        u: { type: 'string' },
        m: { anyOf: [{ type: 'string' }, { type: 'integer' }] },
        c: { type: 'number' },
        r: { type: 'object', properties: { v: { type: 'number' } }, description: 'a leaf' },
        all: { type: 'object', properties: { x: { type: 'string' }, y: {} }, required: ['x', 'y'] },
      },
      required: ['a'],
    })
  })
  it('that refer to themselves go as JSON Schema', () => {
    const schema = { type: 'object', properties: { next: { $ref: '#' } } }
    assert.equal(toOpenApi(schema), undefined)
    const body = gemini.writeRequest(
      { ...gemini.readRequest({ contents: [] }), tools: [{ name: 'f', schema }] },
      traitsOf('gemini-2.5-pro'),
    ).body
    assert.deepEqual(body.tools, [{ functionDeclarations: [{ name: 'f', parametersJsonSchema: schema }] }])
  })
  it('of Google become JSON Schema', () => {
    const schema = {
      type: 'OBJECT',
      propertyOrdering: ['a'],
      properties: { a: { type: 'STRING', nullable: true }, b: { anyOf: [{ type: 'NUMBER' }], nullable: true } },
    }
    assert.deepEqual(fromOpenApi(schema), {
      type: 'object',
      properties: { a: { type: ['string', 'null'] }, b: { anyOf: [{ type: 'number' }, { type: 'null' }] } },
    })
  })
  it('of Google become JSON Schema from snake_case and from counts in strings too', () => {
    const schema = {
      type: 'OBJECT',
      additional_properties: false,
      property_ordering: ['any_of'],
      properties: { any_of: { type: 'ARRAY', min_items: '1', maxItems: '9', items: { any_of: [{ type: 'STRING' }] } } },
    }
    assert.deepEqual(fromOpenApi(schema), {
      type: 'object',
      additionalProperties: false,
      properties: { any_of: { type: 'array', minItems: 1, maxItems: 9, items: { anyOf: [{ type: 'string' }] } } },
    })
  })
})

describe('gemini: embeddings', () => {
  it('go as a batch', () => {
    assert.deepEqual(
      writeEmbedRequest({ input: ['a', 'b'], dimensions: 3, task_type: 'RETRIEVAL_QUERY' }, 'gemini-embedding-001'),
      {
        requests: ['a', 'b'].map((text) => ({
          model: 'models/gemini-embedding-001',
          content: { parts: [{ text }] },
          taskType: 'RETRIEVAL_QUERY',
          outputDimensionality: 3,
        })),
      },
    )
    assert.deepEqual(writeEmbedRequest({ input: 'a' }, 'models/x', true), {
      model: 'models/x',
      content: { parts: [{ text: 'a' }] },
    })
  })
  for (const input of [undefined, null, 5, [], [[1, 2]], [null], {}]) {
    it(`refuse ${JSON.stringify(input)}`, () => assert.throws(() => writeEmbedRequest({ input }, 'm'), { name: 'GatewayError' }))
  }
  it('come back as OpenAI’s, as numbers or base64', () => {
    const call = { model: 'm', estimatedTokens: 6, base64: false }
    assert.deepEqual(readEmbedReply({ embeddings: [{ values: [0.5, -1] }] }, call), {
      object: 'list',
      data: [{ object: 'embedding', index: 0, embedding: [0.5, -1] }],
      model: 'm',
      usage: { prompt_tokens: 6, total_tokens: 6 },
    })
    const encoded = readEmbedReply(
      { embedding: { values: [0.5, -1] }, usageMetadata: { promptTokenCount: 2 } },
      { ...call, base64: true },
    )
    assert.deepEqual(encoded.data, [{ object: 'embedding', index: 0, embedding: 'AAAAPwAAgL8=' }])
    assert.deepEqual(encoded.usage, { prompt_tokens: 2, total_tokens: 2 })
    assert.throws(() => readEmbedReply({}, call), { name: 'GatewayError' })
  })
})

describe('gemini: counting tokens', () => {
  it('takes the three shapes and writes the whole request', () => {
    const contents = [{ role: 'user', parts: [{ text: 'Hi' }] }]
    const whole = { generateContentRequest: { model: 'models/gemini-2.5-pro', contents } }
    for (const body of [{ contents }, whole, { generate_content_request: { contents } }]) {
      const request = readCountRequest(body, { model: 'gemini-2.5-pro' })
      assert.deepEqual(writeCountRequest(request, traitsOf('gemini-2.5-pro')), whole)
    }
    assert.throws(() => readCountRequest({ generateContentRequest: 5 }), { name: 'GatewayError' })
    assert.deepEqual(writeCountReply(readCountReply({ totalTokens: 31, promptTokensDetails: [] })), { totalTokens: 31 })
  })
})
