import type { GatewayError } from './errors.ts'
import type { ChatReply, ChatRequest, DialectId, EventSink, TextSink } from './hub.ts'
import type { JsonObject } from './json.ts'
import type { Feature, Fidelity } from './loss.ts'
import type { Usage } from './usage.ts'

/** What a writer must know of the model it writes for. The catalog supplies it; an unknown model has no traits. */
export interface ModelTraits {
  readonly id: string
  readonly maxOutput?: number
  /** Capability words of the catalog: `reasoning`, `vision`, `native_structured_output`, `adaptive_thinking` … */
  readonly supports: ReadonlySet<string>
  /** Capabilities that the catalog says the model does not have. */
  readonly lacks: ReadonlySet<string>
  readonly reasoningLevels?: readonly string[]
  /** How hard the model thinks when the request does not say. */
  readonly defaultReasoningEffort?: string
  /** What the model is for, in the catalog's words: `chat`, `responses`, `embedding` … */
  readonly mode?: string
  /** Where the provider serves it, when that is not everywhere. */
  readonly regions?: readonly string[]
}

/** What the reply must undo of the request's translation. */
export interface Undo {
  /** Tool names as written → as the client gave them, for the ones that had to change. */
  readonly toolNames?: ReadonlyMap<string, string>
  /** The tool that stands for a JSON schema: its arguments are the answer's text. */
  readonly jsonTool?: string
}

export interface Written {
  readonly body: JsonObject
  readonly undo: Undo
}

/** What a reply's writer must know of the call that it answers. */
export interface Echo {
  /** The model name to print: what the client asked for. */
  readonly model: string
  readonly request: ChatRequest
  /** The gateway's id for the call, a UUID: writers make their own ids from it where the provider gave none. */
  readonly callId: string
  /** Unix seconds. */
  readonly now: number
}

/** A push parser of the provider's stream. `event` takes one framed event; `end` tells that the bytes are over. */
export interface StreamReader {
  /** `name` is the SSE event name (`message` when none). Data that is not JSON of the dialect fails the sink. */
  event(name: string, data: string): void
  /** The stream ended. Without its terminal event it was cut: the sink gets `fail(bad_gateway)`, never a made-up stop. */
  end(): void
}

/** Watches the framed events of a relayed stream without changing them. */
export interface StreamMeter {
  event(name: string, data: string): void
  /** The last usage seen; undefined when the provider sent none. */
  readonly usage: Usage | undefined
  /** Characters of text, reasoning and arguments seen: what an estimate is made from. */
  readonly characters: number
  /** The terminal event was seen. */
  readonly finished: boolean
  /** An error event inside the stream. */
  readonly error: GatewayError | undefined
}

/** Where a request stands besides its body: Gemini puts the model and the streaming wish into the path. */
export interface RequestPath {
  readonly model?: string
  readonly stream?: boolean
  /** Gemini without `alt=sse`: the stream is one JSON array. */
  readonly asArray?: boolean
}

/**
 * Wire ⇄ hub. Law: for every valid body x, writeRequest(readRequest(x)) equals x again, and the same for replies (as
 * JSON values; key order is free). Readers of requests throw `bad_request` with the field's path; readers of replies
 * are lenient and throw `bad_reply` only for what cannot be understood at all.
 */
export interface ChatDialect {
  readonly id: DialectId
  /** How well this dialect can write each thing that a request may hold. */
  readonly writes: Readonly<Record<Feature, Fidelity>>
  readRequest(body: JsonObject, path?: RequestPath): ChatRequest
  /** A request of this dialect without what only this dialect has a form for, as far as others can say it too. */
  portable?(request: ChatRequest): ChatRequest
  writeRequest(request: ChatRequest, traits: ModelTraits): Written
  readReply(body: JsonObject, undo?: Undo): ChatReply
  writeReply(reply: ChatReply, echo: Echo): JsonObject
  reader(sink: EventSink, undo?: Undo): StreamReader
  writer(out: TextSink, echo: Echo): EventSink
  /** The stream of a client that wants it as one JSON array, where the dialect has such a form. */
  arrayWriter?(out: TextSink, echo: Echo): EventSink
  /** The usage of a whole JSON reply. */
  readUsage(reply: JsonObject): Usage | undefined
  meter(): StreamMeter
  /** A provider's error reply. `body` is parsed JSON, or text when it was not JSON. */
  readError(status: number, body: unknown): GatewayError
  /** The body of an error reply in this dialect. */
  writeError(error: GatewayError): JsonObject
}

/** The provider's half of a chat dialect: all that a protocol needs which no client speaks. The same laws hold. */
export type ProviderDialect = Pick<ChatDialect, 'writes' | 'writeRequest' | 'readReply' | 'reader' | 'readError'>

/** What it takes to answer those who speak a dialect, relays included; only asking a provider in it takes more. */
export type ClientDialect = Omit<ChatDialect, 'writes' | 'writeRequest'>
