import type { DialectId, GatewayError, JsonObject, ModelTraits, ProviderDialect, Reframer, Secret, Usage } from '@switchyard/wire'
import type { BatchApi } from './batch-api.ts'
import type { Cancellation } from './cancellation.ts'
import type { PassThrough } from './pass-through.ts'
import type { Binary, FormFile, Payload } from './payload.ts'

/** What a caller wants done. Chat covers every chat-like dialect; what is known of the others stands in `operations/`. */
export type Operation = 'chat' | 'completion' | 'embedding' | 'compaction' | 'count_tokens' | 'realtime' | MeasuredOperation

/** The operations that are not (only) billed by tokens of text. */
export type MeasuredOperation =
  | 'image_generation'
  | 'image_edit'
  | 'image_variation'
  | 'transcription'
  | 'translation'
  | 'speech'
  | 'moderation'
  | 'rerank'
  | 'ocr'
  | 'search'
  | 'video'

/** The shape of an endpoint's bodies: a chat dialect, or one of the shapes that need no hub. */
export type Shape = DialectId | 'openai-completions' | 'openai-embeddings' | MeasuredShape | 'native'

/** What clients of the measured operations speak; `rerank` is Cohere's, `ocr` Mistral's, `search` LiteLLM's. */
export type MeasuredShape =
  | 'openai-images'
  | 'openai-image-forms'
  | 'openai-transcriptions'
  | 'openai-speech'
  | 'openai-moderations'
  | 'openai-videos'
  | 'rerank'
  | 'ocr'
  | 'search'

/** One URL that a provider answers on, and the language it expects there. `native`: what only this provider speaks. */
export interface Endpoint {
  readonly shape: Shape
  /** Appended to the base URL, e.g. `/chat/completions`. Ignored where the provider computes its URLs. */
  readonly path: string
  /**
   * The protocol of a `native` chat; without it the provider's codec translates. On an endpoint of another shape it is a way of
   * speaking that shape, and every call is translated into it.
   */
  readonly speaks?: ProviderDialect
  /** Makes server-sent events of the endpoint's streams, where they are framed in another way. */
  readonly reframer?: () => Reframer
  /** The URL names the model, and the body must not. */
  readonly modelInPath?: true
  /** Parameters that are taken here and that supported-params.ts cannot find out: OpenAI's rarer ones, and other APIs' own. */
  readonly knows?: readonly string[]
}

/** Closed set, pure data, applied in order to the top-level fields of a body in the provider's own dialect. */
export type Quirk =
  | { readonly do: 'rename'; readonly field: string; readonly to: string }
  | { readonly do: 'drop'; readonly field: string }
  | { readonly do: 'set'; readonly field: string; readonly value: unknown }
  /** Sets the field only where the client did not. */
  | { readonly do: 'default'; readonly field: string; readonly value: unknown }
  | { readonly do: 'clamp'; readonly field: string; readonly min?: number; readonly max?: number }
  /** Replaces one value by another, e.g. tool_choice "required" by "any". */
  | { readonly do: 'map'; readonly field: string; readonly from: unknown; readonly to: unknown }
  /** Joins lists of text parts in messages to one string. */
  | { readonly do: 'flatten-content' }
  /** A change that needs the parsed body. Only native folders have these. */
  | { readonly do: 'edit'; readonly name: string; readonly edit: (body: JsonObject) => JsonObject }

export type Auth =
  | { readonly kind: 'none' }
  | { readonly kind: 'bearer' }
  | { readonly kind: 'header'; readonly name: string }
  /** `Provider.prepare` does it: signatures, token exchange. */
  | { readonly kind: 'prepare' }

/** A request as it leaves, before the transport. Headers are lower-case. */
export interface Outgoing {
  url: string
  readonly method: 'POST' | 'GET' | 'DELETE' | 'PUT' | 'PATCH'
  readonly headers: Record<string, string>
  body: Uint8Array | undefined
  /**
   * In place of `body`: sent while it comes, once; in chunks, unless the headers declare its `content-length`. A piece is good until
   * the next one is asked for.
   */
  readonly pieces?: AsyncIterable<Uint8Array>
  /** Not sent: what `exchange` says in one of its further requests. */
  readonly later?: JsonObject
}

/** What a provider's functions may know of one deployment. */
export interface Target {
  readonly model: string
  readonly baseUrl: string
  readonly key: Secret | undefined
  /** Provider parameters of the deployment: api_version, region, project …; credentials among them are Secrets. */
  readonly params: Readonly<JsonObject>
  readonly traits: ModelTraits
}

/** What a provider may ask of its surroundings: other requests (token exchange, job polling) go through the same guard. */
export interface ProviderEnv {
  readonly variable: (name: string) => string | undefined
  readonly send: Transport['send']
  readonly now: () => number
}

/** How a call looks to a provider's tuning: nothing here depends on the client's dialect. */
export interface CallShape {
  readonly operation: Operation
  readonly shape: Shape
  readonly stream: boolean
  /** Top-level fields of the body in the endpoint's shape, parsed on demand. */
  readonly field: (name: string) => unknown
  /** May the text stand anywhere in the body? Cheap; `false` is certain, `true` is not. */
  readonly mayContain: (text: string) => boolean
  /** LiteLLM's drop_params: unsupported parameters are left out instead of refused. */
  readonly dropParams: boolean
  /** Parameters that the operator lets through whatever the provider's rules say (allowed_openai_params). */
  readonly allowedParams: readonly string[]
}

/**
 * Bodies of an endpoint that speaks no shape of a client: pure functions both ways, the client's shape on our side (OpenAI's,
 * Cohere's for rerank …). `files` are those of the client's form.
 */
export interface Codec {
  write(body: JsonObject, target: Target, files: readonly FormFile[]): Payload
  /**
   * `reply`: its JSON, or a Binary where it is not JSON. A Binary that is answered goes to the client as it is. Replies of
   * bytes to an operation that answers bytes (speech) are streamed and never come here.
   */
  read(reply: unknown, request: JsonObject, target: Target): JsonObject | Binary
  /** What the provider says that it bills, where the client's shape has no place for it. */
  usage?(reply: unknown): Partial<Usage> | undefined
}

/** Where a deployment's parameter comes from when the deployment does not name it. */
export interface ParamSource {
  /** Environment variables, in the order tried. */
  readonly env: readonly string[]
  /** A credential: held as a Secret, and bound to the provider's hosts as the key is. */
  readonly secret?: true
  /** Calls work with this credential in place of a key. */
  readonly insteadOfKey?: true
}

/** What `endpointFor` may look at besides the model. */
export interface Asked {
  readonly baseUrl: string
  /** Provider parameters of the deployment. */
  readonly params: Readonly<JsonObject>
  /** Top-level fields of the client's body, in the client's shape. */
  readonly field: (name: string) => unknown
}

/**
 * Everything the core knows of a provider. A compatible provider is a row of data; one that needs a function has a folder.
 * Shared code never compares `id`.
 */
export interface Provider {
  readonly id: string
  readonly aliases?: readonly string[]
  readonly name: string
  /** Environment variables that may hold the key, in the order tried. */
  readonly keyEnv: readonly string[]
  /** Calls work without a key (a local server). */
  readonly keyless?: boolean
  /** Sent in place of a key that nobody set: many servers that check none expect the header all the same. */
  readonly standInKey?: string
  readonly auth: Auth
  /** Multipliers of the price list (`regional` …) that hold where a deployment is called. */
  uplifts?(target: Target): readonly string[]
  /** Without one, the deployment must name its own. */
  readonly baseUrl?: string
  /** Environment variables that override the base URL, in the order tried. */
  readonly baseEnv: readonly string[]
  /** Hosts besides the base URL's that may be sent a key of the environment; a leading dot stands for any subdomain. */
  readonly hosts?: readonly string[]
  /** Deployment parameters that the provider's functions read, e.g. `api_version`. */
  readonly params?: Readonly<Record<string, ParamSource>>
  /** Most native first. */
  readonly endpoints: Readonly<Partial<Record<Operation, readonly Endpoint[]>>>
  readonly headers?: Readonly<Record<string, string>>
  /** Of chats, completions and embeddings; the measured operations have `tune`. */
  readonly quirks?: readonly Quirk[]
  /** Top-level fields (of OpenAI's chat body) that the provider does not take: dropped with drop_params, else refused. */
  readonly refuses?: readonly string[]
  /** Fields that are always left out, silently: `user` for most compatible providers. */
  readonly ignores?: readonly string[]
  /** Streams from its own address are asked for usage also where nobody counts, for callers who read what a call cost. */
  readonly tellsUsage?: true
  /** The provider bills the whole answer after a disconnect, so the stream is read to its end. */
  readonly drains?: boolean
  /** Which of the endpoints serves this model (e.g. models that only answer on /responses); the default is by dialect. */
  endpointFor?(operation: Operation, clientShape: Shape, traits: ModelTraits, asked?: Asked): Endpoint | undefined
  /** The whole URL, where base + path is not enough. */
  url?(target: Target, endpoint: Endpoint, call: { readonly operation: Operation; readonly stream: boolean }): string
  /** The upstream's name for a model (short ids, prefixes). */
  modelName?(model: string): string
  /** Changes that depend on the model family or on other fields. May throw `unsupported_params`. */
  tune?(target: Target, call: CallShape): readonly Quirk[]
  /** Extra headers that a body needs which the gateway wrote, e.g. beta flags. A client's relayed body comes with its headers. */
  headersFor?(target: Target, endpoint: Endpoint, body: JsonObject): Readonly<Record<string, string>>
  /**
   * Runs before every attempt, retries included: signing, token exchange. It may change headers and URL, and put into the body
   * what this provider takes there instead of in a header.
   */
  prepare?(outgoing: Outgoing, target: Target, env: ProviderEnv): void | Promise<void>
  /** Bodies of `native` endpoints. */
  readonly codecs?: Readonly<Partial<Record<Operation, Codec>>>
  /** Reads an error reply that the dialect's own reader would get wrong. */
  readError?(status: number, body: unknown): GatewayError | undefined
  /** Mends a parsed reply or stream chunk of a compatible provider that deviates from its dialect. Translate mode only. */
  mend?(reply: JsonObject): JsonObject
  /** Media URLs that the provider would not fetch itself: the gateway fetches them and sends their bytes. Translations only. */
  inlines?(url: string, model: string): boolean
  /** What all its models can do, in the catalog's words, whatever is known of one of them. */
  readonly abilities?: readonly string[]
  /** Models that no catalog lists, with their prices and limits in LiteLLM's flat keys. */
  readonly models?: Readonly<Record<string, JsonObject>>
  /** Answers itself, without a network: the demo model. */
  answer?(outgoing: Outgoing, target: Target, signal: AbortSignal): Promise<Incoming>
  /** Requests that clients address to the provider itself are passed on; without it they are not. */
  readonly passThrough?: PassThrough
  /** What the provider keeps for its customers behind OpenAI's routes. */
  readonly keeps?: Keeps
  /** Files that its clients upload in a protocol of their own. */
  readonly uploads?: Uploads
  /** Batches by way of an API of its own; without one the gateway works on them itself. */
  readonly batches?: BatchApi
  /** Conversations over a WebSocket, in OpenAI's realtime dialect. */
  readonly realtime?: Realtime
  /**
   * An answer that takes more than one request: a job that is made, then asked for until it is done. Prepared before. Undefined:
   * for this one a single request does.
   */
  exchange?(outgoing: Outgoing, target: Target, env: ProviderEnv, signal: AbortSignal): Promise<Incoming> | undefined
}

export interface Realtime {
  /** Where the WebSocket is opened: an http or https URL, with the model in it. Signed as other requests are. */
  url(target: Target): string
  /** Where the provider speaks another protocol: made anew for each session. */
  translator?(target: Target): RealtimeTranslator
  /** Reads along with a client that speaks the provider's own protocol, where that is not OpenAI's. */
  watch?(model: string): RealtimeTranslator
}

/** Between OpenAI's realtime events and what a provider speaks. Its own messages are JSON, as texts or binary. */
export interface RealtimeTranslator {
  /** What is said when the connection stands. */
  begin(): Translated
  /** Throws `bad_request` for an event that cannot be translated. */
  heard(event: JsonObject): Translated
  said(message: JsonObject): Translated
  /** The base64 of a client's message in the provider's own protocol that carries audio, measured; undefined for another one. */
  audioIn?(message: JsonObject): number | undefined
}

export interface Translated {
  readonly toProvider: readonly JsonObject[]
  readonly toClient: readonly JsonObject[]
}

/** Resumable uploads as Google has them: the answer to the first request says where the bytes go. */
export interface Uploads {
  /** The provider's URL of a path behind its origin: `/upload/v1beta/files`, `/v1beta/files/NAME`. */
  url(target: Target, path: string): string
}

/** OpenAI's resources that a gateway can route by their ids. */
export type KeptKind =
  | 'files'
  | 'batches'
  | 'fine_tuning/jobs'
  | 'vector_stores'
  | 'assistants'
  | 'threads'
  | 'containers'
  | 'videos'

/** A question that a provider wants put by POST. */
export interface KeptAsking {
  readonly url: string
  readonly body: JsonObject
}

/** Resources that a provider keeps, in OpenAI's shape or one that is read into it. */
export interface Keeps {
  /** The path of each kind, appended to the base URL. */
  readonly paths: Readonly<Partial<Record<KeptKind, string>>>
  /** The whole URL, where base + path is not enough. */
  url?(target: Target, path: string): string
  /** Requests with this header come from the provider's own clients, which know its shape alone: they are passed through. */
  readonly ownClientHeader?: string
  /** Headers that these requests need besides the provider's usual ones. */
  readonly headers?: Readonly<Record<string, string>>
  /** OpenAI's object of what the provider answers. */
  read?(kind: KeptKind, reply: JsonObject): JsonObject
  /** How an object is asked for, where it is not got by its own path. */
  ask?(target: Target, path: string): KeptAsking
  /**
   * Where the bytes of a finished video lie, when they are not behind its own path; a data URL where the reply holds them.
   * `reply`: as the provider writes it.
   */
  videoUrl?(reply: JsonObject): string | undefined
}

/** Names in lower case. `Headers` is one. */
export type ReplyHeaders = Pick<Headers, 'get'> & Iterable<readonly [name: string, value: string]>

/** A provider's reply: status and headers are known before the body is read. */
export interface Incoming {
  readonly status: number
  readonly headers: ReplyHeaders
  readonly body: AsyncIterable<Uint8Array> | null
  /** Reads the whole body at once, where the transport can do that cheaply and knows that it is small. */
  readonly whole?: () => Promise<Uint8Array>
}

export interface TransportOptions {
  readonly signal: Cancellation
  readonly connectTimeoutMs?: number
}

/** The only way out. The gateway's implementation guards addresses; redirects are never followed. */
export interface Transport {
  send(outgoing: Outgoing, options: TransportOptions): Promise<Incoming>
}

/** Milliseconds; what is 0 does not apply. */
export interface Timeouts {
  readonly connectMs: number
  /** To the first content of the reply. */
  readonly firstByteMs: number
  /** Between two pieces of a stream. */
  readonly idleMs: number
  readonly totalMs: number
}
