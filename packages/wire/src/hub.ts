import type { GatewayError } from './errors.ts'
import type { JsonObject } from './json.ts'
import type { Usage } from './usage.ts'

/** The languages that clients and providers speak for a chat-like call. */
export type DialectId = 'openai-chat' | 'openai-responses' | 'anthropic-messages' | 'gemini'

/** What the hub has no word for, kept for its own dialect: the fields as they were read, and how they were written. */
export interface Extra {
  readonly dialect: DialectId
  readonly fields: JsonObject
}

/** `{type:'ephemeral', ttl:'1h'}` of Anthropic and its like: the prompt up to this block may be cached. */
export interface CacheMark {
  readonly ttl?: '5m' | '1h'
}

export type MediaSource =
  | { readonly kind: 'data'; readonly base64: string }
  | { readonly kind: 'url'; readonly url: string }
  /** A file that was uploaded to the provider before. */
  | { readonly kind: 'file'; readonly id: string }
  /** A document given as plain text. */
  | { readonly kind: 'text'; readonly text: string }

/** Where a sentence of an answer comes from. */
export interface Citation {
  readonly url?: string
  readonly title?: string
  readonly citedText?: string
  /** Offsets in the text block, in UTF-16 units, when the dialect gives them. */
  readonly start?: number
  readonly end?: number
  readonly extra?: Extra
}

interface Marked {
  readonly cache?: CacheMark
  readonly extra?: Extra
}

export interface TextBlock extends Marked {
  readonly type: 'text'
  readonly text: string
  readonly citations?: readonly Citation[]
  /** The model declined: OpenAI's `refusal`. */
  readonly refusal?: boolean
  /** Gemini signs text parts too. */
  readonly signature?: string
}

export interface ReasoningBlock extends Marked {
  readonly type: 'reasoning'
  readonly text: string
  /** Proof that the provider wrote it; sent back unchanged or the provider refuses the next turn. */
  readonly signature?: string
  /** Reasoning that only the provider can read (Anthropic `redacted_thinking.data`, OpenAI `encrypted_content`). */
  readonly sealed?: string
  /** The item's id where the dialect gives one (Responses `rs_…`). */
  readonly id?: string
}

export interface MediaBlock extends Marked {
  readonly type: 'media'
  readonly media: 'image' | 'audio' | 'video' | 'document'
  readonly source: MediaSource
  readonly mimeType?: string
  readonly name?: string
  /** OpenAI's `low | high | auto`. */
  readonly detail?: string
}

export interface CallBlock extends Marked {
  readonly type: 'call'
  readonly id: string
  readonly name: string
  /** The arguments as JSON text, as the model wrote it; `''` stands for none. */
  readonly input: string
  /** Gemini's `thoughtSignature` of the part. */
  readonly signature?: string
}

export interface ResultBlock extends Marked {
  readonly type: 'result'
  readonly callId: string
  /** The tool's name, where the dialect or an earlier call gives it. */
  readonly name?: string
  readonly content: readonly Block[]
  readonly isError?: boolean
}

/** A block that only its own dialect understands (server tools, code execution, compaction …). Other writers drop it. */
export interface NativeBlock extends Marked {
  readonly type: 'native'
  readonly dialect: DialectId
  readonly data: JsonObject
}

export type Block = TextBlock | ReasoningBlock | MediaBlock | CallBlock | ResultBlock | NativeBlock

/** `system` turns stand inside the conversation; the leading ones are `ChatRequest.system`. Results live in user turns. */
export interface Turn {
  readonly role: 'user' | 'assistant' | 'system'
  readonly blocks: readonly Block[]
  /** OpenAI's participant name. */
  readonly name?: string
  readonly extra?: Extra
}

export interface Tool {
  readonly name: string
  readonly description?: string
  /** JSON Schema of the arguments; absent when the client gave none. */
  readonly schema?: JsonObject
  readonly strict?: boolean
  readonly cache?: CacheMark
  /** A hosted tool that only its dialect knows (web search, code execution …): `name` is its type, `extra` all of it. */
  readonly hosted?: boolean
  readonly extra?: Extra
}

export type ToolChoice =
  | { readonly mode: 'auto' | 'none' | 'required' }
  | { readonly mode: 'named'; readonly name: string }
  /** Required, but only among these. */
  | { readonly mode: 'allowed'; readonly names: readonly string[]; readonly required: boolean }

export type OutputFormat =
  | { readonly type: 'text' }
  | { readonly type: 'json' }
  | {
      readonly type: 'schema'
      readonly name: string
      readonly schema: JsonObject
      readonly description?: string
      readonly strict?: boolean
    }

export interface Reasoning {
  /** `none | minimal | low | medium | high | xhigh | max`, or a provider's own word. */
  readonly effort?: string
  /** Tokens that thinking may use; 0 switches it off. */
  readonly budget?: number
  /** The model decides (Anthropic `adaptive`). */
  readonly adaptive?: boolean
  /** What of it the client wants to see: OpenAI `reasoning.summary`, Gemini `includeThoughts` ('none' | 'auto' …). */
  readonly summary?: string
}

export interface Sampling {
  readonly maxTokens?: number
  readonly temperature?: number
  readonly topP?: number
  readonly topK?: number
  readonly stop?: readonly string[]
  readonly seed?: number
  readonly frequencyPenalty?: number
  readonly presencePenalty?: number
  /** How many answers. */
  readonly n?: number
  readonly logprobs?: boolean
  readonly topLogprobs?: number
  readonly logitBias?: JsonObject
}

export interface ChatRequest {
  readonly model: string
  readonly stream: boolean
  /** OpenAI's `stream_options.include_usage`; the other dialects always send usage. */
  readonly includeUsage?: boolean
  readonly system: readonly Block[]
  readonly turns: readonly Turn[]
  readonly tools: readonly Tool[]
  readonly toolChoice?: ToolChoice
  readonly parallelTools?: boolean
  readonly format?: OutputFormat
  readonly reasoning?: Reasoning
  readonly sampling: Sampling
  readonly user?: string
  readonly metadata?: JsonObject
  readonly serviceTier?: string
  readonly store?: boolean
  /** Responses: the reply that this request continues. Resolved by the gateway where the provider has no store. */
  readonly previousId?: string
  readonly extra?: Extra
}

/** Why the model stopped. The provider's own word stays beside it as `rawStop`. */
export type StopReason = 'stop' | 'length' | 'tool' | 'filter' | 'pause'

export interface Choice {
  readonly index: number
  readonly blocks: readonly Block[]
  readonly stop: StopReason
  readonly rawStop?: string
  /** The stop sequence that was hit, where the dialect tells. */
  readonly stopSequence?: string
  /** OpenAI's logprobs object for the choice. */
  readonly logprobs?: JsonObject
  readonly extra?: Extra
}

export interface ChatReply {
  readonly id: string
  readonly model: string
  /** Unix seconds; 0 when the provider does not say. */
  readonly created: number
  readonly choices: readonly Choice[]
  /** Absent when the provider sent none. */
  readonly usage?: Usage
  readonly extra?: Extra
}

/** Pieces of a block that are not text: they complete it. */
export interface BlockData {
  readonly signature?: string
  readonly sealed?: string
  readonly citation?: Citation
  readonly cache?: CacheMark
  readonly extra?: Extra
}

/**
 * One step of a streamed reply. Blocks may interleave: `block` counts up over the reply, and is given once per block.
 * Order: start, then blocks and logprobs, one stop per choice, usage when known (the last one counts), then `end()`.
 */
export type StreamEvent =
  | {
      readonly type: 'start'
      readonly id: string
      readonly model: string
      readonly created: number
      readonly usage?: Usage
      readonly extra?: Extra
    }
  /** `seed` is the block as far as it is known: its kind, a call's id and name, a whole media or native block. */
  | { readonly type: 'block-start'; readonly choice: number; readonly block: number; readonly seed: Block }
  /** Text of a text or reasoning block, a fragment of a call's arguments, base64 of media. */
  | { readonly type: 'block-delta'; readonly choice: number; readonly block: number; readonly text: string }
  | { readonly type: 'block-data'; readonly choice: number; readonly block: number; readonly data: BlockData }
  | { readonly type: 'block-end'; readonly choice: number; readonly block: number }
  | { readonly type: 'logprobs'; readonly choice: number; readonly logprobs: JsonObject }
  | {
      readonly type: 'stop'
      readonly choice: number
      readonly stop: StopReason
      readonly rawStop?: string
      readonly stopSequence?: string
      readonly extra?: Extra
    }
  | { readonly type: 'usage'; readonly usage: Usage }
  /** Nothing happened, but the connection lives (Anthropic `ping`). */
  | { readonly type: 'ping' }

/** Where stream events go. After `fail` or `end` nothing more comes. */
export interface EventSink {
  event(event: StreamEvent): void
  fail(error: GatewayError): void
  end(): void
}

/** Where a writer's wire text goes. */
export type TextSink = (text: string) => void
