import type { CallShape, Provider, Quirk } from '@switchyard/core'
import { isObject, objectsOf, type JsonObject } from '@switchyard/wire'
import { row } from '../row.ts'
import { usualTune } from '../tuning.ts'

/** Messages have a type here, which OpenAI lets callers leave out (LiteLLM 1.106.2 adds it, recorded 2026-11-22). */
const typedMessages: Quirk = {
  do: 'edit',
  name: 'messages-with-type',
  edit: (body) =>
    Array.isArray(body['input'])
      ? { ...body, input: body['input'].map((item: unknown) => (isShort(item) ? { ...item, type: 'message' } : item)) }
      : body,
}

const isShort = (item: unknown): item is JsonObject => isObject(item) && item['role'] !== undefined && item['type'] === undefined

const withTypes = (call: CallShape): readonly Quirk[] => (objectsOf(call.field('input')).some(isShort) ? [typedMessages] : [])

const rowOfPerplexity = row('perplexity', 'Perplexity AI', 'https://api.perplexity.ai', {
  aliases: 'perplexity-ai perplexity_search',
  key: 'PERPLEXITYAI_API_KEY PERPLEXITY_API_KEY',
  routes: { embedding: '/v1/embeddings', responses: '/v1/responses' },
  refuses: 'thinking n stop seed logit_bias logprobs top_logprobs service_tier store tools tool_choice parallel_tool_calls',
  ignores: 'stream_options',
  knows: 'web_search_options',
  headers: { 'x-pplx-integration': 'switchyard' },
})

export const perplexity: Provider = {
  ...rowOfPerplexity,
  // The shape of searches is this API's own; it has no models.
  endpoints: { ...rowOfPerplexity.endpoints, search: [{ shape: 'search', path: '/search', modelInPath: true }] },
  tune: (target, call) => {
    if (call.shape === 'openai-responses') return withTypes(call)
    return call.shape === 'openai-embeddings' ? [{ do: 'drop', field: 'user' }] : usualTune(target, call)
  },
}
