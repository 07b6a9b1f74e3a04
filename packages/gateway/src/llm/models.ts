import { compact, fail, type JsonObject } from '@switchyard/wire'

import type { Deployment } from '@switchyard/core'
import type { Context } from '../http/context.ts'
import { jsonResponse } from '../http/reply.ts'
import { mayUseModel } from '../pipeline/access.ts'

/** When the models were "made": LiteLLM's constant, which some clients show. */
const created = 1_677_610_602

const entryOf = (id: string): JsonObject => ({ id, object: 'model', created, owned_by: 'openai' })

export function listModels(context: Context): Response {
  const { snapshot, principal, query } = context
  const patterns = query.get('return_wildcard_routes') === 'true'
  const names = snapshot.publicNames(patterns).filter((name) => mayUseModel(principal, name, snapshot))
  return jsonResponse({ object: 'list', data: names.map(entryOf) })
}

export function oneModel({ snapshot, principal, params }: Context): Response {
  const id = params['id'] ?? ''
  const isModel = !snapshot.searchTools.has(id) && snapshot.engine.models.find(id) !== undefined
  if (!isModel || !mayUseModel(principal, id, snapshot)) {
    throw fail('not_found', `The model "${id.slice(0, 200)}" does not exist or this key may not use it.`, {
      code: 'model_not_found',
      param: 'model',
    })
  }
  return jsonResponse(entryOf(id))
}

/** LiteLLM's /model/info: one entry a deployment, without secrets. */
export function modelInfo({ snapshot, principal }: Context): Response {
  const data = snapshot.models.groups
    .filter(({ name }) => !snapshot.searchTools.has(name) && mayUseModel(principal, name, snapshot))
    .flatMap((group) => group.deployments.map(describe))
  return jsonResponse({ data })
}

function describe(deployment: Deployment): JsonObject {
  const { facts, provider } = deployment
  const usd = (pico: number | undefined): number | undefined => (pico === undefined ? undefined : pico / 1e12)
  const supports = Object.fromEntries([...(facts?.supports ?? [])].map((word) => [`supports_${word}`, true]))
  return {
    model_name: deployment.modelName,
    litellm_params: compact({
      model: `${provider.id}/${deployment.model}`,
      api_base: deployment.baseUrl,
      rpm: deployment.rpm,
      tpm: deployment.tpm,
    }),
    model_info: compact({
      ...deployment.info,
      id: deployment.id,
      db_model: false,
      key: deployment.model,
      litellm_provider: provider.id,
      mode: facts?.mode,
      max_tokens: facts?.maxOutput,
      max_input_tokens: facts?.maxInput,
      max_output_tokens: facts?.maxOutput,
      input_cost_per_token: usd(facts?.prices.rates.input),
      output_cost_per_token: usd(facts?.prices.rates.output),
      ...supports,
    }),
  }
}
