import {
  costOf,
  countableOf,
  countTokens,
  dialectOf,
  isPriced,
  litellmInfoOf,
  loadCatalog,
  loadTokenizer,
  type Catalog,
  type Encoding,
  type ModelFacts,
} from '@switchyard/core'
import { findProvider, resolveModel } from '@switchyard/providers'
import {
  fail,
  isGatewayError,
  isObject,
  makeUsage,
  numberOf,
  objectOf,
  stringOf,
  usdFromNano,
  type JsonObject,
  type Usage,
} from '@switchyard/wire'
import { fromGatewayError, ModelNotMappedError } from './errors.ts'

export interface ModelName {
  readonly model: string
  readonly custom_llm_provider?: string
}

/** Facts of a model in LiteLLM's flat keys: limits, prices in USD a unit, `supports_*`. */
export interface ModelInfo {
  key: string
  litellm_provider: string
  mode: string
  max_tokens?: number
  max_input_tokens?: number
  max_output_tokens?: number
  input_cost_per_token?: number
  output_cost_per_token?: number
  [key: string]: unknown
}

/** What is known of a model. Throws ModelNotMappedError when that is nothing. */
export async function modelInfo(of: string | ModelName): Promise<ModelInfo> {
  const name = typeof of === 'string' ? { model: of } : of
  const facts = factsOf(await loadCatalog(), name)
  if (facts === undefined) throw notMapped(name)
  const { key, litellm_provider, mode, ...rest } = litellmInfoOf(facts)
  const base = {
    key: stringOf(key) ?? facts.id,
    litellm_provider: stringOf(litellm_provider) ?? facts.provider,
    mode: stringOf(mode) ?? facts.mode,
  }
  return { input_cost_per_token: 0, output_cost_per_token: 0, ...rest, ...base }
}

/** Has the model this ability? In the catalog's words: `vision`, `function_calling`, `reasoning`, `prompt_caching` … */
export async function supports(of: string | ModelName, ability: string): Promise<boolean> {
  const name = typeof of === 'string' ? { model: of } : of
  const facts = factsOf(await loadCatalog(), name)
  if (facts?.supports.has(ability) || facts?.lacks.has(ability)) return facts.supports.has(ability)
  const provider = findProvider(name.custom_llm_provider ?? facts?.provider ?? name.model.split('/', 1).join(''))
  return provider?.abilities?.includes(ability) ?? false
}

/** The provider and its name of a model, as a call would take it. */
export async function resolveProvider(
  of: string | { readonly model: string; readonly api_base?: string },
): Promise<{ provider: string; model: string }> {
  const { model, api_base: apiBase } = typeof of === 'string' ? { model: of } : of
  const catalog = await loadCatalog()
  try {
    const resolved = resolveModel(model, catalog, apiBase)
    return { provider: resolved.provider.id, model: resolved.model }
  } catch (error) {
    throw isGatewayError(error) ? fromGatewayError(error, { provider: '', model }) : error
  }
}

export interface TokenCount {
  readonly model: string
  readonly text?: string | readonly string[]
  readonly messages?: readonly object[]
  readonly tools?: readonly object[]
}

/** Tokens of a text or of a chat request, counted locally with OpenAI's vocabularies: near for other makers' models. */
export async function tokenCounter({ model, text, messages, tools }: TokenCount): Promise<number> {
  const tokenizer = await loadTokenizer(encodingOf(model))
  if (messages === undefined) return countTokens(tokenizer, { texts: [text ?? []].flat(), messages: 0 })
  const request = dialectOf('openai-chat')?.readRequest({ model, messages, ...(tools === undefined ? {} : { tools }) })
  if (request === undefined) throw fail('internal', 'The chat dialect is missing.')
  const countable = countableOf(request)
  return countTokens(tokenizer, countable) + countable.mediaTokens
}

/** OpenAI's models before GPT-4o have the older vocabulary. */
const encodingOf = (model: string): Encoding =>
  /(^|\/)(gpt-4(?!o|\.|-o)|gpt-3\.5|gpt-35|text-embedding)/.test(model) ? 'cl100k_base' : 'o200k_base'

export interface CostOf {
  readonly model?: string
  readonly custom_llm_provider?: string
  /** A reply of `completion` and its like; its `model` and `usage` are used where none are given. */
  readonly completionResponse?: object
  readonly usage?: object
  readonly prompt_tokens?: number
  readonly completion_tokens?: number
  readonly service_tier?: string
}

export interface CompletionCost {
  /** USD. */
  readonly cost: number
  /** Nano-USD (1e-9), an integer. */
  readonly costNano: number
  /** The same by what it was for. */
  readonly parts: Readonly<Record<string, number>>
}

/** What a call cost by the catalog's prices. Throws ModelNotMappedError for a model without a price. */
export async function completionCost(of: CostOf): Promise<CompletionCost> {
  const reply: JsonObject = { ...of.completionResponse }
  const model = of.model ?? infoModel(of.completionResponse) ?? stringOf(reply['model'])
  if (model === undefined)
    throw fromGatewayError(fail('bad_request', 'Give model, or completionResponse.', { param: 'model' }), {
      provider: '',
      model: '',
    })
  const name = { model, ...(of.custom_llm_provider === undefined ? {} : { custom_llm_provider: of.custom_llm_provider }) }
  const facts = factsOf(await loadCatalog(), name)
  if (facts === undefined || !isPriced(facts.prices)) throw notMapped(name)
  const tier = of.service_tier ?? stringOf(reply['service_tier'])
  const usage = usageOf(objectOf(of.usage) ?? objectOf(reply['usage']) ?? { ...of })
  const { total, parts } = costOf(facts.prices, usage, tier === undefined ? {} : { serviceTier: tier })
  return {
    cost: usdFromNano(total),
    costNano: total,
    parts: Object.fromEntries(Object.entries(parts).map(([part, nano]) => [part, usdFromNano(nano)])),
  }
}

/** The SDK's own replies know who gave them. */
function infoModel(reply: object | undefined): string | undefined {
  const info = reply !== undefined && '_info' in reply && isObject(reply._info) ? reply._info : undefined
  return info === undefined ? undefined : `${String(info['provider'])}/${String(info['model'])}`
}

/** The catalog knows models of more providers than can be called. */
function factsOf(catalog: Catalog, { model, custom_llm_provider: provider }: ModelName): ModelFacts | undefined {
  if (provider !== undefined) return catalog.find(provider, model)
  try {
    const resolved = resolveModel(model, catalog)
    return catalog.find(resolved.provider.id, resolved.model)
  } catch (error) {
    if (!isGatewayError(error)) throw error
    const slash = model.indexOf('/')
    return slash < 0 ? undefined : catalog.find(model.slice(0, slash), model.slice(slash + 1))
  }
}

const notMapped = ({ model, custom_llm_provider: provider = '' }: ModelName): ModelNotMappedError =>
  new ModelNotMappedError(
    `The catalog has no facts of "${provider === '' ? model : `${provider}/${model}`}"; give prices in model_info of a Router entry.`,
    {
      statusCode: 404,
      llmProvider: provider,
      model,
      code: 'model_not_mapped',
      type: 'invalid_request_error',
      param: 'model',
    },
  )

/** A usage object of any of the dialects, or LiteLLM's flat arguments. */
function usageOf(usage: JsonObject): Usage {
  const read =
    usage['input_tokens'] === undefined
      ? dialectOf('openai-chat')
      : dialectOf('output_tokens_details' in usage || 'input_tokens_details' in usage ? 'openai-responses' : 'anthropic-messages')
  return (
    read?.readUsage({ usage }) ??
    makeUsage({ input: numberOf(usage['prompt_tokens']) ?? 0, output: numberOf(usage['completion_tokens']) ?? 0 })
  )
}
