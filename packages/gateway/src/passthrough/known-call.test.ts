import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { providers } from '@switchyard/providers'
import { knownCall } from './known-call.ts'
import { readSubpath } from './subpath.ts'

function known(id: string, path: string, method = 'POST') {
  const provider = providers.find((one) => one.id === id) ?? assert.fail(id)
  const call = knownCall(provider, method, readSubpath(`http://gateway/${id}${path}`, `/${id}`))
  return call && [call.operation, call.endpoint.shape, call.model, call.stream]
}

describe('a call that is passed on', () => {
  it('is known by its path, as a dialect’s', () => {
    assert.deepEqual(known('openai', '/v1/chat/completions'), ['chat', 'openai-chat', undefined, undefined])
    assert.deepEqual(known('groq', '/openai/v1/chat/completions'), ['chat', 'openai-chat', undefined, undefined])
    assert.deepEqual(known('gemini', '/v1beta/models/m:streamGenerateContent'), ['chat', 'gemini', 'm', true])
    assert.equal(known('openai', '/v1/chat/completions', 'GET'), undefined)
  })

  it('as an operation besides chat, where the provider serves that in its clients’ shape', () => {
    assert.deepEqual(known('openai', '/v1/images/edits'), ['image_edit', 'openai-image-forms', undefined, undefined])
    assert.deepEqual(known('mistral', '/v1/ocr'), ['ocr', 'ocr', undefined, undefined])
    assert.equal(known('openai', '/v1/ocr'), undefined)
    assert.equal(known('bedrock', '/rerank'), undefined)
  })

  it('or as the provider’s own', () => {
    assert.deepEqual(known('cohere', '/v1/chat'), ['chat', 'native', undefined, undefined])
    assert.deepEqual(known('cohere', '/v2/embed'), ['embedding', 'openai-embeddings', undefined, false])
    assert.deepEqual(known('elevenlabs', '/v1/text-to-speech/V1/stream')?.slice(0, 2), ['speech', 'openai-speech'])
    assert.deepEqual(known('deepgram', '/v1/listen')?.slice(0, 2), ['transcription', 'openai-transcriptions'])
    assert.equal(known('deepgram', '/v1/projects'), undefined)
  })

  it('by the model too, where one path serves several operations', () => {
    const invoke = (model: string, action = 'invoke') => known('bedrock', `/model/${model}/${action}`)
    assert.deepEqual(invoke('amazon.titan-embed-text-v2:0')?.[0], 'embedding')
    assert.deepEqual(invoke('anthropic.claude-x'), ['chat', 'anthropic-messages', 'anthropic.claude-x', false])
    assert.deepEqual(invoke('meta.llama3-8b', 'invoke-with-response-stream'), ['chat', 'native', 'meta.llama3-8b', true])
    assert.deepEqual(invoke('meta.llama3-8b', 'converse-stream'), ['chat', 'native', 'meta.llama3-8b', true])
  })

  it('as the counting of tokens, whose model may be in the body although its path looks like a chat’s', () => {
    const counted = (path: string) => known('vertex_ai', `/v1/projects/p/locations/l/publishers/${path}`)
    assert.deepEqual(counted('anthropic/models/count-tokens:rawPredict'), [
      'count_tokens',
      'anthropic-messages',
      undefined,
      false,
    ])
    assert.deepEqual(counted('google/models/gemini-x:countTokens'), ['count_tokens', 'gemini', 'gemini-x', false])
    assert.deepEqual(counted('anthropic/models/claude-x:rawPredict'), ['chat', 'anthropic-messages', 'claude-x', false])
    assert.deepEqual(known('bedrock', '/model/anthropic.claude-x/count-tokens')?.[2], 'anthropic.claude-x')
  })

  it('as Vertex AI’s predictions, by what the model makes', () => {
    const predicted = (model: string, method = 'predict') =>
      known('vertex_ai', `/v1beta1/publishers/google/models/${model}:${method}`)?.slice(0, 3)
    assert.deepEqual(predicted('imagen-x'), ['image_generation', 'openai-images', 'imagen-x'])
    assert.deepEqual(predicted('text-embedding-005'), ['embedding', 'openai-embeddings', 'text-embedding-005'])
    assert.deepEqual(predicted('gemini-embedding-2', 'batchEmbedContents'), [
      'embedding',
      'openai-embeddings',
      'gemini-embedding-2',
    ])
    assert.equal(predicted('1234567890'), undefined)
  })

  it('not where the model is only in the body of a call whose path should name it', () => {
    assert.deepEqual(known('replicate', '/v1/models/meta/llama/predictions')?.[2], 'meta/llama')
    assert.equal(known('replicate', '/v1/predictions'), undefined)
  })
})
