import type { ErrorKind, JsonObject, NanoUsd, PicoUsd, Secret } from '@switchyard/wire'
import type { Environment } from './environment.ts'
import type { FactorName, PriceName } from './settings-table.ts'

/** A configuration that was read and checked. Nothing in it changes; secrets in it do not print. */
export interface Config {
  /** All files that it comes from, the main one first. */
  readonly files: readonly string[]
  readonly environment: Environment
  readonly deployments: readonly DeploymentConfig[]
  readonly searchTools: readonly SearchToolConfig[]
  readonly vectorStores: readonly VectorStoreConfig[]
  readonly credentials: ReadonlyMap<string, CredentialConfig>
  readonly calls: CallSettings
  readonly server: ServerSettings
  readonly router: RouterSettings
  readonly switchyard: SwitchyardSettings
}

/** Where a file-owned object stands. */
export interface Origin {
  readonly file: string
  readonly line: number
}

export interface Budget {
  readonly maxNano: NanoUsd
  /** For `nextReset`; absent never starts anew. */
  readonly duration?: string
}

/** Provider parameters as the file names them; values whose name says secret are a `Secret`. */
export type ProviderParams = Readonly<Record<string, unknown>>

/** One entry of model_list (one for each organization, when it lists several). */
export interface DeploymentConfig {
  /** model_info.id, else 64 hex digits that depend on what is written in the entry. */
  readonly id: string
  readonly modelName: string
  /** `exact`, or a pattern with `*` in it. */
  readonly match: 'exact' | 'wildcard'
  /** As the file says it: `azure/gpt-x`. */
  readonly model: string
  readonly provider?: string
  readonly apiKey?: Secret
  readonly apiBase?: string
  readonly apiVersion?: string
  readonly organization?: string
  readonly region?: string
  readonly credentialName?: string
  readonly timeoutMs?: number
  readonly streamTimeoutMs?: number
  readonly retries?: number
  readonly rpm?: number
  readonly tpm?: number
  readonly inputTpm?: number
  readonly outputTpm?: number
  readonly maxParallelRequests?: number
  readonly weight?: number
  readonly order?: number
  readonly cooldownMs?: number
  readonly budget?: Budget
  readonly dropParams?: boolean
  readonly additionalDropParams: readonly string[]
  readonly allowedOpenaiParams: readonly string[]
  readonly tags: readonly string[]
  /** Its credential serves pass-through routes too, whatever they ask for. */
  readonly usedInPassThrough: boolean
  readonly extraHeaders: Readonly<Record<string, Secret>>
  readonly extraBody: Readonly<JsonObject>
  /** Answer with this instead of calling anybody. */
  readonly mockResponse?: unknown
  readonly prices: PriceOverrides
  readonly params: ProviderParams
  readonly info: ModelInfo
  readonly origin: Origin
}

/** One entry of search_tools; `modelName` is the tool's. */
export interface SearchToolConfig extends DeploymentConfig {
  readonly engine: string
  readonly description?: string
}

/** One entry of vector_store_registry; `modelName` is what people call it. */
export interface VectorStoreConfig extends DeploymentConfig {
  /** The provider's own id. */
  readonly storeId: string
  readonly description?: string
}

/** Prices in pico-USD for each unit that the name says, from litellm_params and model_info together. */
export interface PriceOverrides {
  readonly perUnitPico: Readonly<Partial<Record<PriceName, PicoUsd>>>
  readonly factors: Readonly<Partial<Record<FactorName, number>>>
  readonly searchContextPico: Readonly<Record<string, PicoUsd>>
  readonly tiers: readonly PriceTier[]
}

/** Prices for prompts of `fromTokens` up to `toTokens`. */
export interface PriceTier {
  readonly fromTokens: number
  readonly toTokens: number
  readonly perUnitPico: Readonly<Partial<Record<PriceName, PicoUsd>>>
}

export interface ModelInfo {
  readonly mode?: string
  readonly baseModel?: string
  readonly description?: string
  readonly maxTokens?: number
  readonly maxInputTokens?: number
  readonly maxOutputTokens?: number
  /** `supports_vision: true` is `vision: true` here. */
  readonly supports: Readonly<Record<string, boolean>>
  readonly supportedEndpoints: readonly string[]
  readonly accessGroups: readonly string[]
  readonly metadata: Readonly<JsonObject>
  /** Fields that only people and /model/info read. */
  readonly rest: Readonly<JsonObject>
}

export interface CredentialConfig {
  readonly name: string
  readonly provider?: string
  readonly values: ProviderParams
  readonly info: Readonly<JsonObject>
  readonly origin: Origin
}

/** litellm_settings, without what the router decides. */
export interface CallSettings {
  readonly dropParams: boolean
  readonly modifyParams: boolean
  readonly budget?: Budget
  readonly budgetExceededStatus: number
  readonly keyDefaults: KeyParams
  readonly keyUpperBounds: KeyParams
}

export interface KeyParams {
  readonly maxBudgetNano?: NanoUsd
  readonly budgetDuration?: string
  readonly duration?: string
  readonly maxParallelRequests?: number
  readonly tpmLimit?: number
  readonly rpmLimit?: number
  /** Other fields of /key/generate, as they are. */
  readonly rest: Readonly<JsonObject>
}

export interface ServerSettings {
  readonly masterKey?: Secret
  readonly permitWeakMasterKey: boolean
  readonly database: DatabaseConfig
  readonly keyHeaderName?: string
  readonly allowClientSideCredentials: boolean
  readonly forwardClientHeaders: boolean
  readonly passThrough: readonly PassThroughConfig[]
  readonly passThroughTimeoutMs: number
}

/** A route that leads elsewhere, as the file names it. */
export interface PassThroughConfig {
  readonly path: string
  readonly target: string
  readonly headers: Readonly<Record<string, Secret>>
  readonly needsKey: boolean
  readonly forwardsHeaders: boolean
  readonly includesSubpath: boolean
  readonly costNano: NanoUsd
  /** Empty: all. */
  readonly methods: readonly string[]
  readonly defaultQuery: Readonly<Record<string, string>>
  readonly timeoutMs?: number
}

/** PostgreSQL joins this union when it is served. */
export type DatabaseConfig = { readonly kind: 'default' } | { readonly kind: 'sqlite'; readonly path: string }

/** Models to try instead, by the model that failed; `*` stands for any. */
export type Fallbacks = ReadonlyMap<string, readonly string[]>
export type ByErrorKind = Readonly<Partial<Record<ErrorKind | 'other', number>>>

/** router_settings, completed by litellm_settings and defaults. */
export interface RouterSettings {
  readonly strategy: 'simple-shuffle'
  readonly retries: number
  readonly retriesByKind: ByErrorKind
  readonly retriesByModel: ReadonlyMap<string, ByErrorKind>
  readonly timeoutMs: number
  readonly streamTimeoutMs?: number
  readonly retryAfterMs: number
  /** A number or policy in the file: failures are counted; else the default rules of cooldown apply. */
  readonly allowedFails?: number
  readonly allowedFailsByKind: ByErrorKind
  readonly cooldown: { readonly kind: 'off' } | { readonly kind: 'on'; readonly cooldownMs: number }
  readonly fallbacks: Fallbacks
  readonly contextWindowFallbacks: Fallbacks
  readonly contentPolicyFallbacks: Fallbacks
  readonly defaultFallbacks: readonly string[]
  readonly maxFallbacks: number
  readonly aliases: ReadonlyMap<string, ModelAlias>
  readonly preCallChecks: boolean
}

export interface ModelAlias {
  readonly modelName: string
  readonly hidden: boolean
}

export interface SwitchyardSettings {
  readonly unpriced: 'allow' | 'refuse' | 'refuse_with_budget'
  readonly journalSync: 'fdatasync' | 'write'
  readonly connectTimeoutMs: number
  readonly firstByteTimeoutMs: number
  readonly idleTimeoutMs: number
  readonly totalTimeoutMs?: number
  readonly workers: number
  readonly maxBodyBytes: number
  /** Of multipart forms. */
  readonly maxFormBytes: number
  readonly bodyTimeoutMs: number
  readonly strictTranslation: boolean
  readonly maxCallsInWork: number
  /** Undefined: as many as there are descriptors for. */
  readonly maxConnections?: number
  readonly maxLoopDelayMs: number
  readonly keyPepper?: Secret
  /** 0: as many as they like. */
  readonly wrongKeysPerMinute: number
  readonly egress: EgressSettings
  readonly kept: KeptSettings
  readonly adminEnabled: boolean
  /** Where clients reach the gateway: scheme and host, perhaps a path, without a slash at the end. */
  readonly publicUrl?: string
}

/** Files and batches that the gateway keeps itself. */
export interface KeptSettings {
  readonly maxFileBytes: number
  /** Of one key. */
  readonly maxTotalBytes: number
  readonly keepMs: number
  readonly batchConcurrency: number
  readonly maxBatchRows: number
  /** Batch APIs of providers are used. */
  readonly batchesByProviders: boolean
}

export interface EgressSettings {
  readonly allowPrivate:
    | { readonly kind: 'none' }
    | { readonly kind: 'all' }
    | { readonly kind: 'hosts'; readonly hosts: readonly string[] }
  readonly validateUserUrls: boolean
  readonly userUrlAllowedHosts: readonly string[]
}
