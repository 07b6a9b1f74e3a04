import {
  factsFor,
  pricedAtItsPlace,
  type Catalog,
  type Deployment,
  type ModelFacts,
  type ModelTable,
  type Provider,
  type Quirk,
  type Timeouts,
} from '@switchyard/core'
import {
  baseUrlOf,
  findProvider,
  keyOf,
  paramsOf,
  providers,
  registry,
  requireKey,
  resolveModel,
  type Given,
} from '@switchyard/providers'
import { isGatewayError, Secret, type GatewayError, type JsonObject } from '@switchyard/wire'
import type { Config, DeploymentConfig } from './config/config.ts'
import { overridesOf } from './price-overrides.ts'

/** Turns what a configuration says of a deployment into one that can be called. */
export class DeploymentBuilder {
  readonly #config: Config
  readonly #catalog: Catalog

  constructor(config: Config, catalog: Catalog) {
    this.#config = config
    this.#catalog = catalog
  }

  configured(one: DeploymentConfig): Deployment {
    const { provider, model } = this.#resolve(one)
    const credential = one.credentialName === undefined ? undefined : this.#config.credentials.get(one.credentialName)
    const params = { ...credential?.values, ...one.params, ...namedParams(one) }
    const key = one.apiKey ?? secretOf(params['api_key'])
    const base = one.apiBase ?? (typeof params['api_base'] === 'string' ? params['api_base'] : undefined)
    return pricedAtItsPlace({
      ...this.#reach(provider, {
        params,
        ...(key === undefined ? {} : { apiKey: key }),
        ...(base === undefined ? {} : { apiBase: base }),
      }),
      id: one.id,
      modelName: one.modelName,
      provider,
      model,
      headers: Object.fromEntries(Object.entries(one.extraHeaders).map(([name, value]) => [name.toLowerCase(), value.reveal()])),
      bodyDefaults: Object.entries(one.extraBody).map(([field, value]): Quirk => ({ do: 'default', field, value })),
      weight: one.weight ?? 0,
      order: one.order ?? 0,
      ...(one.rpm === undefined ? {} : { rpm: one.rpm }),
      ...(one.tpm === undefined ? {} : { tpm: one.tpm }),
      ...(one.maxParallelRequests === undefined ? {} : { maxParallel: one.maxParallelRequests }),
      timeouts: this.#timeouts(one),
      ...(one.retries === undefined ? {} : { retries: one.retries }),
      ...(one.cooldownMs === undefined ? {} : { cooldownMs: one.cooldownMs }),
      dropParams: one.dropParams ?? this.#config.calls.dropParams,
      additionalDropParams: one.additionalDropParams,
      allowedParams: one.allowedOpenaiParams,
      ...this.#facts(provider, model, one),
      ...(typeof one.mockResponse === 'string' ? { mockResponse: one.mockResponse } : {}),
      info: infoOf(one),
    })
  }

  /** The deployment that a wildcard stands for, for one model. */
  concrete(deployment: Deployment, model: string, name: string): Deployment {
    const source = this.#config.deployments.find((one) => one.id === deployment.id)
    return pricedAtItsPlace({
      ...deployment,
      id: `${deployment.id}:${model}`,
      modelName: name,
      model,
      ...(source === undefined ? {} : this.#facts(deployment.provider, model, source)),
    })
  }

  /** `provider/model` without any configuration, where the provider needs no key or its key is in the environment. */
  unconfigured(name: string): Deployment | undefined {
    const found = this.#tryResolve(name)
    if (found === undefined || !this.isReady(found.provider)) return undefined
    return this.ofProvider(found.provider, found.model, name)
  }

  /** The provider with the credentials of the environment, for one model or none. */
  ofProvider(provider: Provider, model: string, name: string): Deployment {
    return pricedAtItsPlace({
      ...this.#reach(provider, {}),
      id: name,
      modelName: name,
      provider,
      model,
      headers: {},
      bodyDefaults: [],
      weight: 0,
      order: 0,
      timeouts: this.#timeouts(undefined),
      dropParams: this.#config.calls.dropParams,
      additionalDropParams: [],
      allowedParams: [],
      ...this.#facts(provider, model, undefined),
      info: {},
    })
  }

  /** Can the provider be called with what the environment holds? */
  isReady(provider: Provider): boolean {
    if (provider.answer !== undefined) return true
    const env = (name: string): string | undefined => this.#config.environment.get(name)
    if (problemOf(() => [baseUrlOf(provider, env), requireKey(provider, env)]) !== undefined) return false
    return !provider.keyless || provider.baseEnv.some((name) => env(name) !== undefined)
  }

  publicNames(models: ModelTable, patterns: boolean): readonly string[] {
    if (this.#config.deployments.length === 0) return this.#readyNames()
    const hidden = new Set([...this.#config.router.aliases].filter(([, alias]) => alias.hidden).map(([name]) => name))
    const tools = new Set(this.#config.searchTools.map(({ modelName }) => modelName))
    const names = models.groups.flatMap(({ name, deployments }) => {
      if (tools.has(name)) return []
      if (patterns || !name.includes('*')) return [name]
      return deployments.flatMap((one) => this.#namesBehind(name, one.provider))
    })
    return [...new Set([...names, ...[...models.aliases.keys()].filter((name) => !hidden.has(name))])]
  }

  #readyNames(): readonly string[] {
    const ready = providers.filter((provider) => this.isReady(provider))
    return ready.flatMap((provider) => this.#namesBehind(`${provider.id}/*`, provider))
  }

  /** The catalog's models that a wildcard stands for. */
  #namesBehind(pattern: string, provider: Provider): readonly string[] {
    const listed = this.#catalog.modelsOf(provider.id).map((facts) => facts.id.replace(`${provider.id}/`, ''))
    const known = [...Object.keys(provider.models ?? {}), ...listed]
    return known
      .filter((id) => !id.includes('*'))
      .map((id) => pattern.replace('*', pattern === '*' ? `${provider.id}/${id}` : id))
  }

  #resolve(one: DeploymentConfig): { provider: Provider; model: string } {
    const named = one.provider === undefined ? undefined : findProvider(one.provider)
    if (named === undefined) return resolveModel(one.model, { providers: registry, models: this.#catalog })
    const prefix = `${one.provider}/`
    return { provider: named, model: one.model.startsWith(prefix) ? one.model.slice(prefix.length) : one.model }
  }

  #tryResolve(name: string): { provider: Provider; model: string } | undefined {
    try {
      return resolveModel(name, { providers: registry, models: this.#catalog })
    } catch (error) {
      if (isGatewayError(error)) return undefined
      throw error
    }
  }

  /** Where the provider is and what opens it. A key goes only to the host that it was given for. */
  #reach(provider: Provider, given: Given): Pick<Deployment, 'key' | 'baseUrl' | 'params' | 'keyProblem'> {
    const env = (name: string): string | undefined => this.#config.environment.get(name)
    const keyProblem = problemOf(() => requireKey(provider, env, given))
    return {
      baseUrl: baseUrlOf(provider, env, given),
      key: keyOf(provider, env, given),
      params: paramsOf(provider, env, given),
      ...(keyProblem === undefined ? {} : { keyProblem }),
    }
  }

  #timeouts(one: DeploymentConfig | undefined): Timeouts {
    const { switchyard, router } = this.#config
    const totalMs = one?.timeoutMs ?? switchyard.totalTimeoutMs ?? router.timeoutMs
    return {
      connectMs: switchyard.connectTimeoutMs,
      firstByteMs: Math.min(one?.streamTimeoutMs ?? router.streamTimeoutMs ?? switchyard.firstByteTimeoutMs, totalMs),
      idleMs: switchyard.idleTimeoutMs,
      totalMs,
    }
  }

  #facts(provider: Provider, model: string, one: DeploymentConfig | undefined): { readonly facts?: ModelFacts } {
    const overrides = one === undefined ? {} : overridesOf(one)
    return factsFor(this.#catalog, { provider, model, baseModel: one?.info.baseModel, overrides })
  }
}

const secretOf = (value: unknown): Secret | undefined =>
  value instanceof Secret ? value : typeof value === 'string' ? new Secret(value) : undefined

function namedParams(one: DeploymentConfig): JsonObject {
  return {
    ...(one.apiVersion === undefined ? {} : { api_version: one.apiVersion }),
    ...(one.organization === undefined ? {} : { organization: one.organization }),
    ...(one.region === undefined ? {} : { region_name: one.region }),
  }
}

function infoOf({ info }: DeploymentConfig): JsonObject {
  return {
    ...info.rest,
    ...(info.mode === undefined ? {} : { mode: info.mode }),
    ...(info.baseModel === undefined ? {} : { base_model: info.baseModel }),
    ...(info.accessGroups.length === 0 ? {} : { access_groups: info.accessGroups }),
    ...(Object.keys(info.metadata).length === 0 ? {} : { metadata: info.metadata }),
  }
}

/** The refusal that `work` throws; undefined when it does not. */
function problemOf(work: () => unknown): GatewayError | undefined {
  try {
    work()
    return undefined
  } catch (error) {
    if (isGatewayError(error)) return error
    throw error
  }
}
