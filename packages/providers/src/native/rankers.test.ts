import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Provider, Target } from '@switchyard/core'
import { objectOf, type JsonObject } from '@switchyard/wire'
import { codecOf, jsonOf, ofKind, targetFor } from '../operations.fixture.ts'
import { sentBy } from '../requests.fixture.ts'
import { azureAi } from './azure/foundry.ts'
import { bedrock } from './bedrock/index.ts'
import { cohere } from './cohere/index.ts'
import { deepinfra } from './deepinfra.ts'
import { rerank as teiRerank } from './huggingface/rerank.ts'
import { nvidiaNim } from './nvidia-nim/index.ts'
import { vertex } from './vertex/index.ts'
import { voyage } from './voyage/index.ts'
import { watsonx } from './watsonx/index.ts'

const ask: JsonObject = { model: 'x', query: 'capital?', documents: ['Bonn', { text: 'Berlin' }], top_n: 1 }

const urls: readonly (readonly [Provider, string, JsonObject, string])[] = [
  [cohere, 'rerank-v3.5', {}, 'https://api.cohere.com/v2/rerank'],
  [cohere, 'rerank-v3.5', { rank_fields: ['text'] }, 'https://api.cohere.com/v1/rerank'],
  [deepinfra, 'Qwen/Qwen3-Reranker-0.6B', {}, 'https://api.deepinfra.com/v1/inference/Qwen/Qwen3-Reranker-0.6B'],
  [nvidiaNim, 'nvidia/nv-3.2-v2', {}, 'https://ai.api.nvidia.com/v1/retrieval/nvidia/nv-3_2-v2/reranking'],
  [nvidiaNim, 'ranking/nvidia/nv-3.2-v2', {}, 'https://ai.api.nvidia.com/v1/ranking'],
  [voyage, 'rerank-2', {}, 'https://api.voyageai.com/v1/rerank'],
]

for (const [provider, model, more, url] of urls) {
  test(`${provider.id}/${model} ${JSON.stringify(more)} goes to ${url}`, async () => {
    const sent = await sentBy(provider, { ...ask, ...more }, { model, operation: 'rerank', apiKey: 'k' })
    assert.equal(sent.url, url)
  })
}

test('a server of one’s own has NVIDIA’s shared route, and a base of Foundry the one of Cohere', async () => {
  const own = await sentBy(nvidiaNim, ask, { operation: 'rerank', apiKey: 'k', apiBase: 'http://nim:8000/v1' })
  assert.equal(own.url, 'http://nim:8000/v1/ranking')
  const foundry = { operation: 'rerank', apiKey: 'k', apiBase: 'https://a.services.ai.azure.com' } as const
  assert.equal((await sentBy(azureAi, ask, foundry)).url, 'https://a.services.ai.azure.com/v1/rerank')
})

test('keys of Atlas go to Atlas, and only from the usual base', async () => {
  const url = async (apiKey: string, apiBase?: string): Promise<string> =>
    (await sentBy(voyage, ask, { operation: 'rerank', apiKey, ...(apiBase === undefined ? {} : { apiBase }) })).url
  assert.equal(await url('al-1'), 'https://ai.mongodb.com/v1/rerank')
  assert.equal(await url('al-1', 'https://proxy.example/v1'), 'https://proxy.example/v1/rerank')
})

/** A request there and its reply back. */
function there(provider: Provider, target: Target, reply: unknown, more: JsonObject = {}): readonly [JsonObject, unknown] {
  const codec = codecOf(provider, 'rerank')
  const request = { ...ask, ...more }
  return [jsonOf(codec.write(request, target, [])), codec.read(reply, request, target)]
}

test('voyage: top_k, texts alone, and one count of tokens', () => {
  const reply = { data: [{ index: 1, relevance_score: 0.9, document: 'Berlin' }], usage: { total_tokens: 26 } }
  const [sent, read] = there(voyage, targetFor('rerank-2'), reply, { return_documents: true })
  assert.deepEqual(sent, {
    model: 'rerank-2',
    query: 'capital?',
    return_documents: true,
    documents: ['Bonn', 'Berlin'],
    top_k: 1,
  })
  assert.deepEqual(
    { ...objectOf(read), id: '' },
    {
      id: '',
      results: [{ index: 1, relevance_score: 0.9, document: { text: 'Berlin' } }],
      meta: { billed_units: { total_tokens: 26 }, tokens: { input_tokens: 26, output_tokens: 0 } },
    },
  )
})

test('deepinfra: the query with every document', () => {
  const [sent, read] = there(deepinfra, targetFor('m'), { scores: [0.1, 0.8], request_id: 'r', input_tokens: 4 })
  assert.deepEqual(sent, { queries: ['capital?', 'capital?'], documents: ['Bonn', 'Berlin'] })
  assert.deepEqual(read, {
    id: 'r',
    results: [{ index: 1, relevance_score: 0.8 }],
    meta: { billed_units: { total_tokens: 4 }, tokens: { input_tokens: 4, output_tokens: 0 } },
  })
})

test('nvidia_nim: passages, and versions with a dot in the body', () => {
  const [sent, read] = there(nvidiaNim, targetFor('ranking/nvidia/nv-3_2-v2'), { rankings: [{ index: 0, logit: -3 }] })
  assert.deepEqual(sent, {
    model: 'nvidia/nv-3.2-v2',
    query: { text: 'capital?' },
    passages: [{ text: 'Bonn' }, { text: 'Berlin' }],
    top_k: 1,
  })
  assert.deepEqual(objectOf(read)?.['results'], [{ index: 0, relevance_score: -3 }])
})

test('bedrock: sources by kind, the model by its ARN, a query for each hundred documents', () => {
  const target = targetFor('amazon.rerank-v1:0', { params: { aws_region_name: 'eu-central-1' } })
  const [sent, read] = there(bedrock, target, { results: [{ index: 1, relevanceScore: 0.7 }] })
  assert.deepEqual(sent, {
    queries: [{ type: 'TEXT', textQuery: { text: 'capital?' } }],
    sources: [
      { type: 'INLINE', inlineDocumentSource: { type: 'TEXT', textDocument: { text: 'Bonn' } } },
      { type: 'INLINE', inlineDocumentSource: { type: 'JSON', jsonDocument: { text: 'Berlin' } } },
    ],
    rerankingConfiguration: {
      type: 'BEDROCK_RERANKING_MODEL',
      bedrockRerankingConfiguration: {
        modelConfiguration: { modelArn: 'arn:aws:bedrock:eu-central-1::foundation-model/amazon.rerank-v1:0' },
        numberOfResults: 1,
      },
    },
  })
  assert.deepEqual(objectOf(read)?.['meta'], { billed_units: { search_units: 1 } })
})

test('Text Embeddings Inference answers a list, Google records', () => {
  const tei = teiRerank.read([{ index: 1, score: 0.9 }], ask, targetFor('m'))
  assert.deepEqual(objectOf(tei)?.['results'], [{ index: 1, relevance_score: 0.9 }])
  const [sent, read] = there(vertex, targetFor('semantic-ranker-512'), { records: [{ id: '1', score: 0.4 }] })
  assert.deepEqual(sent['records'], [
    { id: '0', content: 'Bonn' },
    { id: '1', content: 'Berlin' },
  ])
  assert.deepEqual(objectOf(read)?.['results'], [{ index: 1, relevance_score: 0.4 }])
})

test('watsonx: texts as inputs, the number in its own place', () => {
  const [sent, read] = there(watsonx, targetFor('ibm/ranker'), { results: [{ index: 1, score: 0.7 }], input_token_count: 9 })
  assert.deepEqual(sent, {
    query: 'capital?',
    inputs: [{ text: 'Bonn' }, { text: 'Berlin' }],
    parameters: { return_options: { top_n: 1 } },
  })
  assert.deepEqual(objectOf(read)?.['meta'], { tokens: { input_tokens: 9 } })
})

test('Cohere’s limits are refused where they mean nothing', async () => {
  const sent = sentBy(voyage, { ...ask, max_chunks_per_doc: 2 }, { operation: 'rerank', apiKey: 'k' })
  await assert.rejects(sent, ofKind('unsupported_params'))
})
