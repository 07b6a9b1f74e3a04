import type { ProviderRules } from '@switchyard/core'

/**
 * How LiteLLM's price map names providers and models (facts/prices.md §1 and §2.1, recorded 2026-11-22), as data: the
 * catalog's code knows no provider.
 */
export const providerAliases: Readonly<Record<string, string>> = {
  azure_text: 'azure',
  bedrock_converse: 'bedrock',
  cohere_chat: 'cohere',
  ollama_chat: 'ollama',
  sagemaker_chat: 'sagemaker',
  'text-completion-codestral': 'codestral',
  'text-completion-inception': 'inception',
  'text-completion-openai': 'openai',
  watsonx_text: 'watsonx',
}

/** `vertex_ai-anthropic_models` and `fireworks_ai-embedding-models` are groups of one provider. */
export const groupSuffix = /-[a-z0-9]+[_-]models$/

interface Forgotten {
  readonly providers: readonly string[]
  readonly models: RegExp
  readonly supports: readonly string[]
}

/**
 * What the price map says of the same models elsewhere only. Claude searches its tools from 4.5 on: it says so of Bedrock's, and
 * LiteLLM answers so for the others (recorded 2026-11-22).
 */
export const forgotten: readonly Forgotten[] = [
  {
    providers: ['anthropic', 'azure_ai', 'vertex_ai'],
    models: /claude-(?:haiku|opus|sonnet)-(?:4-[5-9]|[5-9])/,
    supports: ['tool_search'],
  },
]

export const providerRules: Readonly<Record<string, ProviderRules>> = {
  amazon_nova: { prefixes: ['amazon-nova/'] },
  azure: { prefixes: ['azure_text/'], strip: ['^(?:responses|o_series|gpt5_series)/'] },
  bedrock: {
    strip: [
      '^(?:bedrock|converse|converse_like|invoke|llama|nova)/',
      '^(?:\\*|[a-z]{2}(?:-[a-z]+){1,2}-\\d)/',
      '^(?:us|eu|apac|ap|au|jp|ca|amer|global|us-gov)\\.(?=[a-z0-9-]+\\.)',
    ],
  },
  codestral: { prefixes: ['text-completion-codestral/'] },
  fireworks_ai: {
    // Cached input at half price (recorded costs of LiteLLM 1.106.2).
    cacheReadRatio: 500,
    add: ['accounts/fireworks/models/'],
    sizes: [
      [4, 'fireworks-ai-up-to-4b'],
      [16, 'fireworks-ai-4.1b-to-16b'],
      [Number.MAX_SAFE_INTEGER, 'fireworks-ai-above-16b'],
    ],
  },
  inception: { prefixes: ['text-completion-inception/'] },
  openai: { strip: ['^responses/'] },
  perplexity: { searchContext: 'low' },
  together_ai: {
    sizes: [
      [4, 'together-ai-up-to-4b'],
      [8, 'together-ai-4.1b-8b'],
      [21, 'together-ai-8.1b-21b'],
      [41, 'together-ai-21.1b-41b'],
      [80, 'together-ai-41.1b-80b'],
      [110, 'together-ai-81.1b-110b'],
    ],
  },
}
