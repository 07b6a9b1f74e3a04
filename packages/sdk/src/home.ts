import { Health, type Provider, type ProviderEnv, type Transport } from '@switchyard/core'
import { paramsOf, type Given, type Variables } from '@switchyard/providers'
import { isObject, objectOf, Secret, stringOf, type JsonObject } from '@switchyard/wire'
import type { Callbacks } from './callbacks.ts'
import { fetchTransport, type Fetch } from './fetch-transport.ts'
import type { Parts } from './parts.ts'

/** Settings that hold for every call; each call may say otherwise. */
export interface Settings {
  /** Environment variables; the process's own when absent. Edge runtimes pass their bindings here. */
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly fetch?: Fetch
  readonly callbacks?: readonly Callbacks[]
  readonly numRetries?: number
  /** Seconds. */
  readonly timeout?: number
  /** Seconds. */
  readonly streamTimeout?: number
  readonly dropParams?: boolean
}

/** Where calls are made from: settings, and what outlives one call. */
export class Home {
  readonly settings: Settings
  readonly parts: Parts
  readonly transport: Transport
  readonly variables: Variables
  readonly health = new Health()
  readonly #params = new Map<string, Readonly<JsonObject>>()

  constructor(settings: Settings, parts: Parts) {
    this.settings = settings
    this.parts = parts
    this.transport = fetchTransport(settings.fetch ?? ((url, init) => fetch(url, init)))
    this.variables = (name) => stringOf((settings.env ?? processEnv())[name])
  }

  get providerEnv(): ProviderEnv {
    return {
      variable: this.variables,
      send: (outgoing, options) => this.transport.send(outgoing, options),
      now: () => Date.now(),
    }
  }

  /** Equal parameters are one object, because providers remember bought tokens by it. */
  paramsOf(provider: Provider, given: Given): Readonly<JsonObject> {
    const params = paramsOf(provider, this.variables, given)
    const key = JSON.stringify([
      provider.id,
      Object.entries(params).map(([name, value]) => [name, value instanceof Secret ? value.reveal() : value]),
    ])
    const known = this.#params.get(key)
    if (known !== undefined) return known
    if (this.#params.size >= maxRemembered) this.#params.clear()
    this.#params.set(key, params)
    return params
  }
}

const maxRemembered = 1000

/** The runtime's environment where there is one; edge runtimes and browsers have none. */
function processEnv(): Readonly<JsonObject> {
  const runtime: unknown = Reflect.get(globalThis, 'process')
  return (isObject(runtime) ? objectOf(runtime['env']) : undefined) ?? {}
}
