import {
  factsFor,
  ModelTable,
  Throughput,
  type Catalog,
  type Deployment,
  type Engine,
  type FetchMedia,
  type Health,
  type ModelFacts,
  type Provider,
  type ProviderEnv,
  type RouterSettings,
  type Transport,
} from '@switchyard/core'
import type { Config, DeploymentConfig } from './config/config.ts'
import { DeploymentBuilder } from './deployment-builder.ts'
import { Router } from './http/router.ts'
import { configuredRoutes } from './passthrough/configured.ts'
import { guardedFetch, type FetchGuard } from './upstream/guarded-fetch.ts'

/** Everything that a request is served by, built as a whole from one configuration. Nothing in it changes. */
export interface Snapshot {
  readonly revision: number
  readonly config: Config
  readonly models: ModelTable
  readonly engine: Engine
  /** Fetches media that a request names by URL, for providers that do not. */
  readonly fetchMedia: FetchMedia
  /** Deployments' own rpm and tpm. */
  readonly throughput: Throughput
  /** Access group → the model names in it. */
  readonly accessGroups: ReadonlyMap<string, ReadonlySet<string>>
  /** Names that are asked for as models are, but are none: every key may use them, and no list of models has them. */
  readonly searchTools: ReadonlySet<string>
  /** Who keeps the vector stores of the configuration, by their ids. */
  readonly vectorStores: ReadonlyMap<string, Deployment>
  /** Routes of the configuration that lead elsewhere; those of the manifest go before them. */
  readonly configuredRoutes: Router
  /** The provider with the credentials of the environment, for one model or none. */
  ofProvider(provider: Provider, model: string): Deployment
  /** Ids of deployments whose credentials serve pass-through routes. */
  readonly usedInPassThrough: ReadonlySet<string>
  /** Prices and limits of a provider's model. */
  factsOf(provider: Provider, model: string): ModelFacts | undefined
  /** What GET /models lists; `patterns`: wildcards as they are written instead of the models behind them. */
  publicNames(patterns: boolean): readonly string[]
}

/** What lives longer than a snapshot. */
export interface SnapshotParts {
  readonly catalog: Catalog
  readonly health: Health
  readonly transport: Transport
  /** How many processes share the operator's limits of deployments. */
  readonly workers: number
  readonly revision: number
}

function fetchGuard({ switchyard: { egress } }: Config): FetchGuard {
  const { allowPrivate, userUrlAllowedHosts, validateUserUrls } = egress
  const hosts = allowPrivate.kind === 'hosts' ? allowPrivate.hosts : []
  return { allowedHosts: new Set([...hosts, ...userUrlAllowedHosts]), allowAll: allowPrivate.kind === 'all' || !validateUserUrls }
}

export function buildSnapshot(config: Config, parts: SnapshotParts): Snapshot {
  const builder = new DeploymentBuilder(config, parts.catalog)
  const deployments = config.deployments.map((one) => builder.configured(one))
  const tools = config.searchTools.map((one) => builder.configured(one))
  const models = new ModelTable({
    deployments: [...deployments, ...tools],
    aliases: new Map([...config.router.aliases].map(([name, alias]) => [name, alias.modelName])),
    make: (deployment, model, name) => builder.concrete(deployment, model, name),
    // Names that nobody configured are served only where nothing is configured: the newcomer's gateway.
    resolve: (name) => (deployments.length === 0 ? builder.unconfigured(name) : undefined),
  })
  const variable = (name: string): string | undefined => config.environment.get(name)
  const env: ProviderEnv = { variable, send: (outgoing, options) => parts.transport.send(outgoing, options), now: Date.now }
  const { health, transport, revision } = parts
  const engine: Engine = { models, settings: routerSettings(config), health, transport, env, random: Math.random }
  return {
    revision,
    config,
    models,
    engine,
    fetchMedia: guardedFetch(fetchGuard(config)),
    throughput: new Throughput(parts.workers),
    accessGroups: groupAccess(config.deployments),
    searchTools: new Set(config.searchTools.map(({ modelName }) => modelName)),
    vectorStores: new Map(config.vectorStores.map((one) => [one.storeId, builder.configured(one)])),
    configuredRoutes: new Router(config.server.passThrough.flatMap(configuredRoutes)),
    ofProvider: (provider, model) => builder.ofProvider(provider, model, model === '' ? provider.id : `${provider.id}/${model}`),
    usedInPassThrough: new Set(config.deployments.filter((one) => one.usedInPassThrough).map(({ id }) => id)),
    factsOf: (provider, model) => factsFor(parts.catalog, { provider, model, baseModel: undefined, overrides: {} }).facts,
    publicNames: (patterns) => builder.publicNames(models, patterns),
  }
}

function routerSettings({ router }: Config): RouterSettings {
  return {
    retries: router.retries,
    retryPolicy: router.retriesByKind,
    groupRetryPolicy: router.retriesByModel,
    retryAfterMs: router.retryAfterMs,
    fallbacks: router.fallbacks,
    contextFallbacks: router.contextWindowFallbacks,
    policyFallbacks: router.contentPolicyFallbacks,
    defaultFallbacks: router.defaultFallbacks,
    maxFallbacks: router.maxFallbacks,
    allowedFailsPolicy: router.allowedFailsByKind,
    ...(router.allowedFails === undefined ? {} : { allowedFails: router.allowedFails }),
    cooldownMs: router.cooldown.kind === 'on' ? router.cooldown.cooldownMs : 0,
    disableCooldowns: router.cooldown.kind === 'off',
  }
}

function groupAccess(deployments: readonly DeploymentConfig[]): ReadonlyMap<string, ReadonlySet<string>> {
  const groups = new Map<string, Set<string>>()
  for (const { modelName, info } of deployments) {
    for (const group of info.accessGroups) {
      const names = groups.get(group) ?? new Set()
      groups.set(group, names.add(modelName))
    }
  }
  return groups
}
