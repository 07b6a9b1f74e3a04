import type { Deployment, ModelFacts } from '@switchyard/core'
import { findProvider } from '@switchyard/providers'
import { compact, fail, isGatewayError, type JsonObject } from '@switchyard/wire'
import type { Context } from '../http/context.ts'
import { errorResponse } from '../http/errors.ts'
import { jsonResponse } from '../http/reply.ts'
import { mayUseModel } from '../pipeline/access.ts'
import { anthropicModel, anthropicModels, geminiModel, geminiModels } from './model-lists.ts'

/** When the models were "made": LiteLLM's constant, which some clients show. */
const created = 1_677_610_602

const entryOf = (id: string): JsonObject => ({ id, object: 'model', created, owned_by: 'openai' })

const isUsable = ({ snapshot, principal }: Context, id: string): boolean =>
  !snapshot.searchTools.has(id) && snapshot.engine.models.find(id) !== undefined && mayUseModel(principal, id, snapshot)

const usableNames = ({ snapshot, principal, query }: Context): readonly string[] =>
  snapshot.publicNames(query.get('return_wildcard_routes') === 'true').filter((name) => mayUseModel(principal, name, snapshot))

/** The header that every client of Anthropic's API sends, and no other. */
const isAnthropicClient = ({ request }: Context): boolean => request.headers.get('anthropic-version') !== null

export function listModels(context: Context): Response {
  if (isAnthropicClient(context))
    return toAnthropic(context, () => anthropicModels(context.snapshot, usableNames(context), context.query))
  return jsonResponse({ object: 'list', data: usableNames(context).map(entryOf) })
}

export function oneModel(context: Context): Response {
  if (isAnthropicClient(context)) return toAnthropic(context, () => anthropicModel(context.snapshot, askedModel(context)))
  return jsonResponse(entryOf(askedModel(context)))
}

export const listGeminiModels = (context: Context): Response =>
  jsonResponse(geminiModels(context.snapshot, usableNames(context), context.query))

export function oneGeminiModel(context: Context): Response {
  const action = /:(?:generateContent|streamGenerateContent|countTokens)$/.exec(context.params['id'] ?? '')
  if (action !== null) throw fail('method_not_allowed', `GET is not served on ${action[0]}; send a POST.`)
  return jsonResponse(geminiModel(context.snapshot, askedModel(context)))
}

function askedModel(context: Context): string {
  const id = context.params['id'] ?? ''
  if (isUsable(context, id)) return id
  throw fail('not_found', `The model "${id.slice(0, 200)}" does not exist or this key may not use it.`, {
    code: 'model_not_found',
    param: 'model',
  })
}

/** The path is OpenAI's too, so only the client's header says how its errors are written. */
function toAnthropic({ callId }: Context, answer: () => JsonObject): Response {
  try {
    return jsonResponse(answer())
  } catch (error) {
    if (isGatewayError(error)) return errorResponse(error, { dialect: 'anthropic-messages' }, callId)
    throw error
  }
}

/** LiteLLM's /model/info: one entry a deployment, without secrets. */
export function modelInfo({ snapshot, principal }: Context): Response {
  const data = snapshot.models.groups
    .filter(({ name }) => !snapshot.searchTools.has(name) && mayUseModel(principal, name, snapshot))
    .flatMap((group) => group.deployments.map(describe))
  return jsonResponse({ data })
}

/**
 * LiteLLM's GET /utils/model_info?model=: what is known of a model, of the configuration or `provider/model` of the price catalog.
 */
export function modelFacts(context: Context): Response {
  const { query, snapshot } = context
  const model = query.get('model') ?? ''
  if (model === '') throw fail('bad_request', 'Missing required parameter: "model".', { param: 'model' })
  if (isUsable(context, model)) {
    const [deployment] = snapshot.engine.models.find(model)?.deployments ?? []
    if (deployment?.facts !== undefined)
      return jsonResponse(factsView(deployment.provider.id, deployment.model, deployment.facts))
  }
  const slash = model.indexOf('/')
  const provider = slash < 0 ? undefined : findProvider(model.slice(0, slash))
  const name = model.slice(slash + 1)
  const facts = provider && snapshot.factsOf(provider, name)
  if (facts !== undefined) return jsonResponse(factsView(facts.provider, name, facts))
  throw fail('not_found', `Nothing is known of the model "${model.slice(0, 200)}". Name it as provider/model.`, {
    code: 'model_not_found',
    param: 'model',
  })
}

function describe(deployment: Deployment): JsonObject {
  const { facts, provider } = deployment
  return {
    model_name: deployment.modelName,
    litellm_params: compact({
      model: `${provider.id}/${deployment.model}`,
      api_base: deployment.baseUrl,
      rpm: deployment.rpm,
      tpm: deployment.tpm,
    }),
    model_info: {
      ...deployment.info,
      id: deployment.id,
      db_model: false,
      ...factsView(provider.id, deployment.model, facts),
    },
  }
}

function factsView(provider: string, model: string, facts: ModelFacts | undefined): JsonObject {
  const usd = (pico: number | undefined): number | undefined => (pico === undefined ? undefined : pico / 1e12)
  return compact({
    key: model,
    litellm_provider: provider,
    mode: facts?.mode,
    max_tokens: facts?.maxOutput,
    max_input_tokens: facts?.maxInput,
    max_output_tokens: facts?.maxOutput,
    input_cost_per_token: usd(facts?.prices.rates.input),
    output_cost_per_token: usd(facts?.prices.rates.output),
    ...Object.fromEntries([...(facts?.supports ?? [])].map((word) => [`supports_${word}`, true])),
  })
}
