import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BadRequestError, supportedParams } from './index.ts'

test('what a model takes follows its provider, its family and the catalog', async () => {
  const gpt = await supportedParams({ model: 'gpt-4o' })
  const claude = await supportedParams({ model: 'anthropic/claude-sonnet-4-5' })
  assert(gpt?.includes('seed') && gpt.includes('logit_bias') && !gpt.includes('reasoning_effort'))
  assert(claude?.includes('reasoning_effort') && claude.includes('thinking') && !claude.includes('seed'))
})

test('neither a key nor an address of the customer is needed', async () => {
  assert((await supportedParams({ model: 'my-deployment', custom_llm_provider: 'azure' }))?.includes('tools'))
  assert((await supportedParams({ model: 'watsonx/ibm/granite-3-8b-instruct' }))?.includes('tools'))
})

test('each kind of request has its own parameters, and one that is not served has none', async () => {
  const embeddings = await supportedParams({ model: 'text-embedding-3-small', requestType: 'embeddings' })
  assert.deepEqual(embeddings, ['dimensions', 'encoding_format', 'user'])
  assert((await supportedParams({ model: 'openai/whisper-1', requestType: 'transcription' }))?.includes('language'))
  assert.equal(await supportedParams({ model: 'anthropic/claude-sonnet-4-5', requestType: 'embeddings' }), undefined)
  await assert.rejects(supportedParams({ model: 'nobody/nothing' }), BadRequestError)
})
