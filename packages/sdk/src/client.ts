import { routerDefaults, type Deployment, type Engine, type ModelGroup, type Operation, type Shape } from '@switchyard/core'
import type { JsonObject } from '@switchyard/wire'
import { deploymentOf, resolve } from './deployment.ts'
import { forRequest } from './foreign-fields.ts'
import { Home, type Settings } from './home.ts'
import { Operations } from './operations.ts'
import type { CallOptions } from './options.ts'
import { knownOf, type Known, type Parts } from './parts.ts'
import type { Planned } from './run.ts'
import { some, steer, type Steered, type Steering } from './steering.ts'

/** How often a call is tried again when nobody says: as often as OpenAI's own client (openai-node 7.57.0, read 2026-11-22). */
const defaultRetries = 2

/** An SDK with settings and parts of its own. */
export class Client extends Operations {
  protected readonly home: Home

  constructor(settings: Settings, parts: Parts) {
    super()
    this.home = new Home(settings, parts)
  }

  protected get parts(): Parts {
    return this.home.parts
  }

  protected async plan(operation: Operation, shape: Shape, options: CallOptions): Promise<Planned> {
    const { settings, health, transport, providerEnv } = this.home
    const steered = steer(options)
    const { steering, body } = steered
    const catalog = await knownOf(this.home.parts)
    const first = this.#groupOf(steering, body, catalog)
    const others = this.#fallbacks(steered, first, catalog)
    const route = nameOf(first) ?? steering.model
    const engine: Engine = {
      models: { find: (name) => forRequest(name === route || name === steering.model ? first : others(name), { shape, body }) },
      settings: { ...routerDefaults, retries: settings.numRetries ?? defaultRetries, disableCooldowns: true },
      health,
      transport,
      env: providerEnv,
      random: Math.random,
    }
    return {
      operation,
      shape,
      model: steering.model,
      route,
      body: withoutParams(body, first.deployments[0]),
      dialects: this.home.parts.dialects,
      priceOf: catalog.priceOf,
      engine,
      callbacks: [...(settings.callbacks ?? []), ...steering.callbacks],
      dropParams: steering.dropParams ?? settings.dropParams ?? false,
      ...some('retries', steering.retries),
      fallbacks: steering.fallbacks,
      ...some('signal', steering.signal),
    }
  }

  /** The one deployment of a model. */
  #groupOf(steering: Steering, params: JsonObject, catalog: Known): ModelGroup {
    const name = steering.model
    return { name, deployments: [deploymentOf({ home: this.home, catalog, steering, params, id: name, modelName: name })] }
  }

  /** A fallback has its own address and key; what signs for another provider is not shown to it. */
  #fallbacks({ steering, body }: Steered, { deployments: [first] }: ModelGroup, catalog: Known): (name: string) => ModelGroup {
    const { provider: _provider, apiKey: _key, apiBase: _base, ...rest } = steering
    return (name) => {
      const its = { ...rest, model: name }
      const isSame = resolve(its, catalog).provider.id === first?.provider.id
      return this.#groupOf(its, isSame ? body : withoutParams(body, first), catalog)
    }
  }
}

/** The provider's own name of the model, without marks (`responses/…`): what streams print. */
const nameOf = ({ deployments: [first] }: ModelGroup): string | undefined =>
  first && (first.provider.modelName?.(first.model) ?? first.model)

/** Parameters of the provider are part of the deployment, not of the request. */
function withoutParams(body: JsonObject, deployment: Deployment | undefined): JsonObject {
  const names = deployment?.provider.params ?? {}
  return Object.fromEntries(Object.entries(body).filter(([name]) => !Object.hasOwn(names, name)))
}
