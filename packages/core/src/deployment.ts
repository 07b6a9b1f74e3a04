import type { GatewayError, JsonObject, Secret } from '@switchyard/wire'
import type { ModelFacts } from './catalog/index.ts'
import type { Provider, Quirk, Timeouts } from './contracts.ts'

/** One way to reach a model: a provider, a key, a base URL and the limits that the operator set. Immutable. */
export interface Deployment {
  readonly id: string
  /** The name that clients use; several deployments with one name share the load. */
  readonly modelName: string
  readonly provider: Provider
  /** The provider's model name; holds `*` when the deployment is a wildcard. */
  readonly model: string
  readonly baseUrl: string
  readonly key: Secret | undefined
  /** Why there is no credential at all, where the provider wants one: what a call of the deployment is answered. */
  readonly keyProblem?: GatewayError
  readonly params: Readonly<JsonObject>
  readonly headers: Readonly<Record<string, string>>
  /** Fields that the operator adds to the body (`extra_body`, sampling defaults); the client's own win. */
  readonly bodyDefaults: readonly Quirk[]
  readonly weight: number
  readonly order: number
  readonly rpm?: number
  readonly tpm?: number
  readonly maxParallel?: number
  readonly timeouts: Timeouts
  /** Retries on this deployment's group; undefined: the router's default. */
  readonly retries?: number
  readonly cooldownMs?: number
  readonly dropParams: boolean
  readonly additionalDropParams: readonly string[]
  readonly allowedParams: readonly string[]
  /** The catalog's facts with the operator's overrides; undefined for an unknown model or a wildcard. */
  readonly facts?: ModelFacts
  /** A canned answer (LiteLLM's mock_response). */
  readonly mockResponse?: string
  readonly info: Readonly<JsonObject>
}
