import { pricedAtItsPlace, type Deployment, type Provider, type Quirk, type Timeouts } from '@switchyard/core'
import { baseUrlOf, keyOf, requireKey, resolveModel, type Given, type Resolved } from '@switchyard/providers'
import { fail, type JsonObject, type Secret } from '@switchyard/wire'
import type { Home, Settings } from './home.ts'
import { mockProvider } from './mock-response.ts'
import type { Known } from './parts.ts'
import type { Steering } from './steering.ts'

/** As long as OpenAI's own client waits (openai-node 7.57.0, read 2026-11-22). */
const defaultTimeoutS = 600

export interface DeploymentOf {
  readonly home: Home
  readonly catalog: Known
  readonly steering: Steering
  /** Parameters of the provider: region, API version … Names that it does not know are left alone. */
  readonly params: Readonly<JsonObject>
  readonly id: string
  readonly modelName: string
  /** Of a Router's entry. */
  readonly limits?: Limits
  /** The entry's `model_info`: prices, limits and abilities that the catalog has not. */
  readonly info?: Readonly<JsonObject>
}

export type Limits = Partial<Pick<Deployment, 'weight' | 'order' | 'rpm' | 'tpm' | 'maxParallel' | 'cooldownMs'>>

export function deploymentOf(of: DeploymentOf): Deployment {
  const { home, catalog, steering } = of
  const { provider: real, model } = resolve(steering, catalog)
  const provider = steering.mockResponse === undefined ? real : mockProvider(real, steering.mockResponse)
  const given: Given = {
    params: paramsIn(provider, of.params),
    ...(steering.apiKey === undefined ? {} : { apiKey: steering.apiKey }),
    ...(steering.apiBase === undefined ? {} : { apiBase: steering.apiBase }),
  }
  return pricedAtItsPlace({
    weight: 0,
    order: 0,
    ...of.limits,
    id: of.id,
    modelName: of.modelName,
    provider,
    model,
    baseUrl: baseUrlOf(provider, home.variables, given),
    key: keyFor(provider, home, given),
    params: home.paramsOf(provider, given),
    headers: steering.extraHeaders,
    bodyDefaults: settingsOf(steering.extraBody),
    timeouts: timeoutsOf(steering, home.settings),
    dropParams: steering.dropParams ?? home.settings.dropParams ?? false,
    additionalDropParams: steering.additionalDropParams,
    allowedParams: steering.allowedParams,
    ...catalog.factsFor({
      provider,
      model,
      baseModel: baseModelOf(of.info) ?? baseModelOf(of.params),
      overrides: of.info ?? {},
    }),
    info: of.info ?? {},
  })
}

export function resolve(
  { provider, model, apiBase }: Pick<Steering, 'provider' | 'model' | 'apiBase'>,
  known: Pick<Known, 'providers' | 'providerOf'>,
): Resolved {
  const { providers } = known
  if (provider === undefined) return resolveModel(model, { providers, models: known }, apiBase)
  const named = providers.find(provider)
  if (named === undefined) throw fail('bad_request', `There is no provider "${provider}".`, { param: 'custom_llm_provider' })
  const prefix = `${provider}/`
  return { provider: named, model: model.startsWith(prefix) ? model.slice(prefix.length) : model }
}

/** Fields that go into the provider's body whatever is written there. */
export const settingsOf = (fields: Readonly<JsonObject>): readonly Quirk[] =>
  Object.entries(fields).map(([field, value]) => ({ do: 'set', field, value }))

/** Providers that sign with more than a key look for themselves, and say what is missing. */
function keyFor(provider: Provider, home: Home, given: Given): Secret | undefined {
  const plain = provider.auth.kind === 'bearer' || provider.auth.kind === 'header'
  return plain ? requireKey(provider, home.variables, given) : keyOf(provider, home.variables, given)
}

/** The provider's own parameters among a call's. */
const paramsIn = (provider: Provider, params: Readonly<JsonObject>): JsonObject =>
  Object.fromEntries(
    Object.keys(provider.params ?? {}).flatMap((name) => (params[name] === undefined ? [] : [[name, params[name]]])),
  )

function timeoutsOf(steering: Steering, settings: Settings): Timeouts {
  const totalMs = (steering.timeoutS ?? settings.timeout ?? defaultTimeoutS) * 1000
  return { connectMs: 0, firstByteMs: (steering.streamTimeoutS ?? settings.streamTimeout ?? 0) * 1000, idleMs: 0, totalMs }
}

const baseModelOf = (info: Readonly<JsonObject> | undefined): string | undefined =>
  typeof info?.['base_model'] === 'string' ? info['base_model'] : undefined
