import {
  ModelTable,
  routerDefaults,
  type Deployment,
  type Engine,
  type FallbackMap,
  type Operation,
  type RouterSettings,
  type Shape,
} from '@switchyard/core'
import { fail, isString, type JsonObject } from '@switchyard/wire'
import { deploymentOf, type Limits } from './deployment.ts'
import { forRequest } from './foreign-fields.ts'
import { Home, type Settings } from './home.ts'
import { Operations } from './operations.ts'
import type { CallOptions } from './options.ts'
import { knownOf, type Parts } from './parts.ts'
import { Room } from './room.ts'
import type { Planned } from './run.ts'
import { readSteering, some, steer, type Steering } from './steering.ts'

/** One entry of LiteLLM's model_list. Entries with the same `model_name` share the load. */
export interface ModelEntry {
  readonly model_name: string
  readonly litellm_params: Omit<CallOptions, 'signal' | 'callbacks'> & {
    readonly rpm?: number
    readonly tpm?: number
    readonly weight?: number
    readonly order?: number
    readonly max_parallel_requests?: number
    readonly cooldown_time?: number
  }
  readonly model_info?: Readonly<Record<string, unknown>>
}

/** `[{"from": ["to", …]}]`, as LiteLLM writes it, or one object. */
export type Fallbacks = Readonly<Record<string, readonly string[]>> | readonly Readonly<Record<string, readonly string[]>>[]

export interface RouterOptions extends Settings {
  readonly modelList: readonly ModelEntry[]
  readonly fallbacks?: Fallbacks
  readonly contextWindowFallbacks?: Fallbacks
  readonly contentPolicyFallbacks?: Fallbacks
  readonly defaultFallbacks?: readonly string[]
  readonly maxFallbacks?: number
  readonly modelGroupAlias?: Readonly<Record<string, string>>
  /** Seconds that a failing deployment rests. */
  readonly cooldownTime?: number
  readonly allowedFails?: number
  readonly disableCooldowns?: boolean
  /** Seconds to wait at least before a retry. */
  readonly retryAfter?: number
}

/** Several deployments behind names of your own: load is shared, failures are retried, rested and fallen back from. */
export class ModelRouter extends Operations {
  readonly #options: RouterOptions
  readonly #home: Home
  readonly #settings: RouterSettings
  readonly #room = new Room()
  #table: Promise<ModelTable> | undefined

  constructor(options: RouterOptions, parts: Parts) {
    super()
    this.#options = options
    this.#home = new Home(options, parts)
    this.#settings = settingsOf(options)
  }

  protected get parts(): Parts {
    return this.#home.parts
  }

  protected async plan(operation: Operation, shape: Shape, options: CallOptions): Promise<Planned> {
    const { settings, health, transport, providerEnv } = this.#home
    const { steering, body } = steer(options)
    refuseDestination(steering)
    const { priceOf } = await this.#home.parts.catalog()
    const table = await (this.#table ??= this.#makeTable())
    const request = { shape, body, extraBody: steering.extraBody }
    const engine: Engine = {
      models: {
        find: (name) => {
          const group = table.find(name)
          return group === undefined ? undefined : forRequest(group, request)
        },
      },
      settings: this.#settings,
      health,
      transport,
      env: providerEnv,
      random: Math.random,
    }
    return {
      operation,
      shape,
      model: steering.model,
      route: steering.model,
      body,
      dialects: this.#home.parts.dialects,
      priceOf,
      engine,
      callbacks: [...(settings.callbacks ?? []), ...steering.callbacks],
      dropParams: steering.dropParams ?? settings.dropParams ?? false,
      ...some('retries', steering.retries),
      timeouts: {
        ...some('totalMs', milliseconds(steering.timeoutS)),
        ...some('firstByteMs', milliseconds(steering.streamTimeoutS)),
      },
      fallbacks: steering.fallbacks,
      forwarded: steering.extraHeaders,
      room: this.#room,
      ...some('signal', steering.signal),
    }
  }

  async #makeTable(): Promise<ModelTable> {
    const catalog = await knownOf(this.#home.parts)
    const deployments = this.#options.modelList.map(
      ({ model_name: modelName, litellm_params: given, model_info: info = {} }, index) => {
        const params: JsonObject = given
        const id = isString(info['id']) ? info['id'] : `${modelName}#${index}`
        const { id: _id, ...known } = info
        return deploymentOf({
          home: this.#home,
          catalog,
          steering: readSteering(params),
          params,
          id,
          modelName,
          limits: limitsOf(given),
          info: known,
        })
      },
    )
    const make = (deployment: Deployment, model: string, modelName: string): Deployment => {
      const { facts: _facts, ...rest } = deployment
      return {
        ...rest,
        id: `${deployment.id}:${model}`,
        model,
        modelName,
        ...some('facts', catalog.find(deployment.provider.id, model)),
      }
    }
    const aliases = new Map(Object.entries(this.#options.modelGroupAlias ?? {}))
    return new ModelTable({ deployments, aliases, make, resolve: () => undefined })
  }
}

const milliseconds = (seconds: number | undefined): number | undefined => (seconds === undefined ? undefined : seconds * 1000)

const limitsOf = (given: ModelEntry['litellm_params']): Limits => ({
  ...some('rpm', given.rpm),
  ...some('tpm', given.tpm),
  ...some('weight', given.weight),
  ...some('order', given.order),
  ...some('maxParallel', given.max_parallel_requests),
  ...some('cooldownMs', milliseconds(given.cooldown_time)),
})

/** Where a router's calls go is said in its list, so that a key never meets another deployment's address. */
function refuseDestination({ apiKey, apiBase, provider }: Steering): void {
  const given = apiKey ?? apiBase ?? provider
  if (given === undefined) return
  throw fail(
    'bad_request',
    'api_key, api_base and custom_llm_provider belong into the entries of modelList, not into a call of the router.',
  )
}

function fallbackMap(fallbacks: Fallbacks = []): FallbackMap {
  const list: readonly Readonly<Record<string, readonly string[]>>[] = isList(fallbacks) ? fallbacks : [fallbacks]
  return new Map(list.flatMap((entry) => Object.entries(entry)))
}

const isList = (fallbacks: Fallbacks): fallbacks is readonly Readonly<Record<string, readonly string[]>>[] =>
  Array.isArray(fallbacks)

function settingsOf(options: RouterOptions): RouterSettings {
  return {
    ...routerDefaults,
    ...some('retries', options.numRetries),
    ...some('retryAfterMs', milliseconds(options.retryAfter)),
    fallbacks: fallbackMap(options.fallbacks),
    contextFallbacks: fallbackMap(options.contextWindowFallbacks),
    policyFallbacks: fallbackMap(options.contentPolicyFallbacks),
    ...some('defaultFallbacks', options.defaultFallbacks),
    ...some('maxFallbacks', options.maxFallbacks),
    ...some('cooldownMs', milliseconds(options.cooldownTime)),
    ...some('disableCooldowns', options.disableCooldowns),
    ...some('allowedFails', options.allowedFails),
  }
}
