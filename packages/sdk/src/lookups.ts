import { costOf, factsByName, isPriced, litellmInfoOf, type ModelFacts } from '@switchyard/core'
import { resolveModel } from '@switchyard/providers'
import {
  fail,
  isGatewayError,
  isObject,
  makeUsage,
  numberOf,
  objectOf,
  openaiChatClient,
  readMessagesUsage,
  readResponsesUsage,
  stringOf,
  usdFromNano,
  type JsonObject,
  type Usage,
} from '@switchyard/wire'
import { fromGatewayError, ModelNotMappedError } from './errors.ts'
import { knownOf, type Known, type Parts } from './parts.ts'
import { some } from './steering.ts'
import { supportedParamsOf, type SupportedParamsOf } from './supported-params.ts'

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

/** What is known of models and of who serves them, without a call. */
export class Lookups {
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** What is known of a model. Throws ModelNotMappedError when that is nothing. */
  async modelInfo(of: string | ModelName): Promise<ModelInfo> {
    const name = named(of)
    const known = await knownOf(this.#parts)
    const facts = factsIn(known, name) ?? byName(known, name)
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
  async supports(of: string | ModelName, ability: string): Promise<boolean> {
    const name = named(of)
    const known = await knownOf(this.#parts)
    const facts = factsIn(known, name) ?? byName(known, name)
    if (facts?.supports.has(ability) || facts?.lacks.has(ability)) return facts.supports.has(ability)
    const provider = known.providers.find(name.custom_llm_provider ?? facts?.provider ?? firstPart(name.model))
    if (provider?.abilities?.includes(ability)) return true
    // What a host's list leaves out, the list of the model's maker says; but searching is the maker's service, not the model's.
    return facts !== undefined && ability !== 'web_search' && known.get(name.model)?.supports.has(ability) === true
  }

  /** The parameters of OpenAI's API that a model takes here; undefined where its provider does not serve such requests. */
  supportedParams(of: SupportedParamsOf): Promise<readonly string[] | undefined> {
    return supportedParamsOf(of, this.#parts)
  }

  /** The provider and its name of a model, as a call would take it. */
  async resolveProvider(
    of: string | { readonly model: string; readonly api_base?: string },
  ): Promise<{ provider: string; model: string }> {
    const { model, api_base: apiBase } = typeof of === 'string' ? { model: of } : of
    const known = await knownOf(this.#parts)
    try {
      const resolved = resolveModel(model, { providers: known.providers, models: known }, apiBase)
      return { provider: resolved.provider.id, model: resolved.model }
    } catch (error) {
      throw isGatewayError(error) ? fromGatewayError(error, { provider: '', model }) : error
    }
  }

  /** What a call cost by the catalog's prices. Throws ModelNotMappedError for a model without a price. */
  async completionCost(of: CostOf): Promise<CompletionCost> {
    const reply: JsonObject = { ...of.completionResponse }
    const model = of.model ?? infoModel(of.completionResponse) ?? stringOf(reply['model'])
    if (model === undefined) throw noModel()
    const name = { model, ...some('custom_llm_provider', of.custom_llm_provider) }
    const facts = factsIn(await knownOf(this.#parts), name)
    if (facts === undefined || !isPriced(facts.prices)) throw notMapped(name)
    const tier = of.service_tier ?? stringOf(reply['service_tier'])
    const usage = usageOf(objectOf(of.usage) ?? objectOf(reply['usage']) ?? { ...of })
    const { total, parts } = costOf(facts.prices, usage, some('serviceTier', tier))
    return {
      cost: usdFromNano(total),
      costNano: total,
      parts: Object.fromEntries(Object.entries(parts).map(([part, nano]) => [part, usdFromNano(nano)])),
    }
  }
}

function byName({ providers }: Known, { model, custom_llm_provider: provider }: ModelName): ModelFacts | undefined {
  if (provider !== undefined) return factsByName(provider, model)
  const found = providers.find(firstPart(model))
  return found === undefined ? undefined : factsByName(found.id, model.slice(firstPart(model).length + 1))
}

/** The catalog knows models of more providers than can be called. */
function factsIn(known: Known, { model, custom_llm_provider: provider }: ModelName): ModelFacts | undefined {
  if (provider !== undefined) return known.find(provider, model)
  try {
    const resolved = resolveModel(model, { providers: known.providers, models: known })
    return known.find(resolved.provider.id, resolved.model)
  } catch (error) {
    if (!isGatewayError(error)) throw error
    const slash = model.indexOf('/')
    return slash < 0 ? undefined : known.find(model.slice(0, slash), model.slice(slash + 1))
  }
}

const firstPart = (model: string): string => model.split('/', 1).join('')

const named = (of: string | ModelName): ModelName => (typeof of === 'string' ? { model: of } : of)

const noModel = (): Error =>
  fromGatewayError(fail('bad_request', 'Give model, or completionResponse.', { param: 'model' }), { provider: '', model: '' })

/** The SDK's own replies know who gave them. */
function infoModel(reply: object | undefined): string | undefined {
  const info = reply !== undefined && '_info' in reply && isObject(reply._info) ? reply._info : undefined
  return info === undefined ? undefined : `${String(info['provider'])}/${String(info['model'])}`
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
  const isResponses = 'output_tokens_details' in usage || 'input_tokens_details' in usage
  const read =
    usage['input_tokens'] === undefined ? openaiChatClient.readUsage : isResponses ? readResponsesUsage : readMessagesUsage
  return (
    read({ usage }) ??
    makeUsage({ input: numberOf(usage['prompt_tokens']) ?? 0, output: numberOf(usage['completion_tokens']) ?? 0 })
  )
}
