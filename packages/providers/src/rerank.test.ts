import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Target } from '@switchyard/core'
import { isGatewayError } from '@switchyard/wire'
import { jinaAi } from './native/jina-ai.ts'
import { sentBy } from './requests.fixture.ts'
import { cohereLikeRerank, rankedReply } from './rerank.ts'

const target: Target = {
  model: 'ranker',
  baseUrl: 'https://x',
  key: undefined,
  params: {},
  traits: { id: 'ranker', supports: new Set(), lacks: new Set() },
}

test('the request is Cohere’s with the provider’s model; unknown fields travel', () => {
  const body = { model: 'mine', query: 'q', documents: ['a', { text: 'b' }], top_n: 1, truncate: 'END' }
  assert.deepEqual(cohereLikeRerank.write(body, target, []), { json: { ...body, model: 'ranker' } })
})

test('replies of every spelling become Cohere’s', () => {
  const read = (reply: unknown): unknown => cohereLikeRerank.read(reply, {}, target)
  const cohere = { id: '1', results: [{ index: 0, relevance_score: 1 }], meta: { billed_units: { search_units: 1 } } }
  assert.deepEqual(read(cohere), cohere)
  assert.deepEqual(read({ id: '2', data: [{ index: 0, relevance_score: 1, document: 'a' }], usage: { total_tokens: 7 } }), {
    id: '2',
    results: [{ index: 0, relevance_score: 1, document: { text: 'a' } }],
    meta: { billed_units: { total_tokens: 7 }, tokens: { input_tokens: 7 } },
  })
})

test('jina_ai: Cohere’s limits are refused, or left out on demand', async () => {
  const body = { query: 'q', documents: [], rank_fields: ['text'] }
  const setting = { operation: 'rerank', apiKey: 'k' } as const
  await assert.rejects(sentBy(jinaAi, body, setting), (error) => isGatewayError(error) && error.kind === 'unsupported_params')
  const { url, quirks } = await sentBy(jinaAi, body, { ...setting, dropParams: true })
  assert.equal(url, 'https://api.jina.ai/v1/rerank')
  assert.deepEqual(quirks, [{ do: 'drop', field: 'rank_fields' }])
})

test('a provider that only scores: best first, cut to top_n, with the documents that were asked for', () => {
  const scores = [0.1, 0.9, 0.5].map((relevance_score, index) => ({ index, relevance_score }))
  const request = { documents: ['a', { text: 'b' }, { title: 'c' }], top_n: 2, return_documents: true }
  assert.deepEqual(rankedReply({ id: '1', scores, meta: {} }, request), {
    id: '1',
    results: [
      { index: 1, relevance_score: 0.9, document: { text: 'b' } },
      { index: 2, relevance_score: 0.5, document: { text: '{"title":"c"}' } },
    ],
    meta: {},
  })
})
