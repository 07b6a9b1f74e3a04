import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Target } from '@switchyard/core'
import { sentBy, type Setting } from '../../requests.fixture.ts'
import { gemini } from './index.ts'

const host = 'https://generativelanguage.googleapis.com'

const cases: readonly (readonly [string, Setting & { stream?: boolean }, string])[] = [
  ['gemini-2.5-flash', {}, `${host}/v1beta/models/gemini-2.5-flash:generateContent`],
  ['gemini-2.5-flash', { stream: true }, `${host}/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse`],
  ['gemini-3-pro-preview', {}, `${host}/v1alpha/models/gemini-3-pro-preview:generateContent`],
  ['models/gemini-2.5-flash', { operation: 'count_tokens' }, `${host}/v1beta/models/gemini-2.5-flash:countTokens`],
  ['gemini-embedding-001', { operation: 'embedding' }, `${host}/v1beta/models/gemini-embedding-001:batchEmbedContents`],
  ['gemma-3', { apiBase: 'https://gem.example.com/v1beta' }, 'https://gem.example.com/v1beta/models/gemma-3:generateContent'],
  ['a/../b', {}, `${host}/v1beta/models/a%2F..%2Fb:generateContent`],
]

for (const [model, { stream = false, ...setting }, url] of cases) {
  test(`gemini/${model} ${JSON.stringify(setting)}`, async () => {
    const sent = await sentBy(gemini, { stream }, { model, apiKey: 'AIza', ...setting })
    assert.equal(sent.url, url)
    assert.deepEqual(sent.headers, { 'x-goog-api-key': 'AIza' })
  })
}

test('embeddings there and back', () => {
  const target: Target = {
    model: 'gemini-embedding-001',
    baseUrl: host,
    key: undefined,
    params: {},
    traits: { id: 'gemini-embedding-001', supports: new Set(), lacks: new Set() },
  }
  const request = { input: ['a red bicycle', 'a blue boat'], dimensions: 2 }
  const codec = gemini.codecs?.embedding
  const written = codec?.write(request, target, [])
  const model = 'models/gemini-embedding-001'
  assert.deepEqual(written, {
    json: {
      requests: [
        { model, content: { parts: [{ text: 'a red bicycle' }] }, outputDimensionality: 2 },
        { model, content: { parts: [{ text: 'a blue boat' }] }, outputDimensionality: 2 },
      ],
    },
  })
  assert.deepEqual(codec?.read({ embeddings: [{ values: [0.5, 1] }, { values: [0, 1] }] }, request, target), {
    object: 'list',
    data: [
      { object: 'embedding', index: 0, embedding: [0.5, 1] },
      { object: 'embedding', index: 1, embedding: [0, 1] },
    ],
    model: 'gemini-embedding-001',
    usage: { prompt_tokens: 6, total_tokens: 6 },
  })
})
