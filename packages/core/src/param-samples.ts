import type { JsonObject } from '@switchyard/wire'

/** A parameter as a request would hold it. */
export interface ParamSample {
  /** Tried in turn. */
  readonly values: readonly unknown[]
  /** What it needs beside it to mean anything. */
  readonly beside?: Readonly<JsonObject>
  /** A model that thinks may take it when it is told not to. */
  readonly idle?: true
  /**
   * What a request that holds it does not prove. `platform`: a relay carries it, but a server that does not take `store`, which is
   * OpenAI's platform's too, may not know it. `old`: the same, and no translation need have it. `known`: only the endpoint's `knows`
   * tells.
   */
  readonly proof?: 'platform' | 'old' | 'known'
  /** A translation writes it for every model; the catalog says which can. */
  readonly ability?: string
}

export type ParamSamples = Readonly<Record<string, ParamSample>>

const look = { name: 'look', description: 'Looks.', parameters: { type: 'object', properties: { at: { type: 'string' } } } }
const tools = [{ type: 'function', function: look }]
const schema = { type: 'object', properties: { answer: { type: 'string' } }, required: ['answer'], additionalProperties: false }

/**
 * OpenAI's parameters of a chat (openai-node 7.57.0, ChatCompletionCreateParams, read 2026-11-22), without those that LiteLLM's
 * callers know no support of: metadata, which is the gateway's, moderation and prompt_cache_options.
 */
export const chatSamples: ParamSamples = {
  audio: {
    values: [{ voice: 'alloy', format: 'wav' }],
    beside: { modalities: ['text', 'audio'] },
    proof: 'platform',
    ability: 'audio_output',
  },
  frequency_penalty: { values: [0.5] },
  function_call: { values: ['auto', { name: 'look' }], proof: 'old' },
  functions: { values: [[look]], proof: 'old' },
  logit_bias: { values: [{ 50: 1 }] },
  logprobs: { values: [true], idle: true },
  max_completion_tokens: { values: [100] },
  max_tokens: { values: [100] },
  modalities: {
    values: [
      ['text', 'audio'],
      ['text', 'image'],
    ],
    proof: 'platform',
  },
  n: { values: [2] },
  parallel_tool_calls: { values: [false, true], beside: { tools } },
  prediction: { values: [{ type: 'content', content: 'Hello' }], proof: 'platform' },
  presence_penalty: { values: [0.5] },
  prompt_cache_key: { values: ['probe'], proof: 'platform' },
  prompt_cache_retention: { values: ['24h'], proof: 'platform' },
  reasoning_effort: { values: ['low', 'high'] },
  response_format: {
    values: [{ type: 'json_schema', json_schema: { name: 'answer', schema, strict: true } }, { type: 'json_object' }],
  },
  safety_identifier: { values: ['probe'], proof: 'platform' },
  seed: { values: [7] },
  service_tier: { values: ['flex', 'priority', 'default', 'auto'] },
  stop: { values: [['END']] },
  store: { values: [true] },
  stream: { values: [true] },
  stream_options: { values: [{ include_usage: true }], beside: { stream: true }, proof: 'old' },
  /** Models that think have one temperature, 1. */
  temperature: { values: [0.5, 1], idle: true },
  tool_choice: { values: ['required', { type: 'function', function: { name: 'look' } }, 'none'], beside: { tools } },
  tools: { values: [tools] },
  top_logprobs: { values: [2], beside: { logprobs: true }, idle: true },
  top_p: { values: [0.5, 0.95, 1], idle: true },
  user: { values: ['probe'] },
  verbosity: { values: ['low'], proof: 'known' },
  web_search_options: { values: [{ search_context_size: 'low' }], proof: 'platform' },
}

/** Of Anthropic, put beside OpenAI's by LiteLLM's callers: it counts where a translation or a tuning reads it. */
export const extraChatSamples: ParamSamples = {
  thinking: { values: [{ type: 'enabled', budget_tokens: 1024 }, { type: 'adaptive' }] },
}

/** Of the old completions (openai-node 7.57.0, CompletionCreateParams, read 2026-11-22). */
export const completionSamples: ParamSamples = {
  best_of: { values: [2] },
  echo: { values: [true] },
  frequency_penalty: { values: [0.5] },
  logit_bias: { values: [{ 50: 1 }] },
  logprobs: { values: [2] },
  max_tokens: { values: [100] },
  n: { values: [2] },
  presence_penalty: { values: [0.5] },
  seed: { values: [7] },
  stop: { values: [['END']] },
  stream: { values: [true] },
  stream_options: { values: [{ include_usage: true }], beside: { stream: true } },
  suffix: { values: ['The end.'] },
  temperature: { values: [0.5] },
  top_p: { values: [0.5] },
  user: { values: ['probe'] },
}

export const embeddingSamples: ParamSamples = {
  dimensions: { values: [256] },
  encoding_format: { values: ['base64'] },
  user: { values: ['probe'] },
}

export const transcriptionSamples: ParamSamples = {
  include: { values: [['logprobs']] },
  language: { values: ['en'] },
  prompt: { values: ['A word.'] },
  response_format: { values: ['verbose_json', 'text'] },
  stream: { values: [true] },
  temperature: { values: [0.5] },
  timestamp_granularities: { values: [['word']], beside: { response_format: 'verbose_json' } },
}
