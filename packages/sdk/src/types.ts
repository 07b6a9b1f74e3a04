/** Results in OpenAI's shape. What a provider adds beyond it stays reachable through the index signatures. */

export interface FunctionCall {
  name: string
  /** JSON text, as the model wrote it. */
  arguments: string
}

export interface ToolCall {
  id: string
  type: 'function'
  function: FunctionCall
  index?: number
  [field: string]: unknown
}

export type FinishReason = 'stop' | 'length' | 'tool_calls' | 'content_filter' | 'function_call'

export interface Usage {
  prompt_tokens: number
  completion_tokens: number
  total_tokens: number
  prompt_tokens_details?: {
    cached_tokens?: number | null
    cache_creation_tokens?: number | null
    [field: string]: unknown
  } | null
  completion_tokens_details?: { reasoning_tokens?: number | null; [field: string]: unknown } | null
  /** In streams: what the call cost, in USD. Some providers say it themselves, as an object. */
  cost?: number | Readonly<Record<string, unknown>> | null
  [field: string]: unknown
}

/** Reasoning that some providers want back, unchanged, with the next turn. */
export interface ThinkingBlock {
  type: 'thinking' | 'redacted_thinking'
  thinking?: string
  signature?: string
  data?: string
  [field: string]: unknown
}

export interface AssistantMessage {
  role: 'assistant'
  content: string | null
  tool_calls?: ToolCall[] | null
  reasoning_content?: string | null
  thinking_blocks?: ThinkingBlock[] | null
  refusal?: string | null
  [field: string]: unknown
}

/** What is known of the call beside its reply. Not enumerable, so it is in no JSON. */
export interface CallInfo {
  readonly callId: string
  /** The provider and its model that answered. */
  readonly provider: string
  readonly model: string
  /** USD; absent for a model without a price. */
  readonly responseCost?: number
  readonly attempts: number
  readonly fallbacks: number
  /** The provider's reply headers. */
  readonly headers: Readonly<Record<string, string>>
}

interface Reply {
  id: string
  created: number
  model: string
  _info?: CallInfo
  [field: string]: unknown
}

export interface ChatCompletion extends Reply {
  object: 'chat.completion'
  choices: {
    index: number
    message: AssistantMessage
    finish_reason: FinishReason
    logprobs?: unknown
    [field: string]: unknown
  }[]
  usage?: Usage
}

export interface ChatDelta {
  role?: 'assistant'
  content?: string | null
  reasoning_content?: string | null
  thinking_blocks?: ThinkingBlock[] | null
  tool_calls?:
    | { index: number; id?: string; type?: 'function'; function?: Partial<FunctionCall>; [field: string]: unknown }[]
    | null
  [field: string]: unknown
}

export interface ChatCompletionChunk extends Reply {
  object: 'chat.completion.chunk'
  choices: { index: number; delta: ChatDelta; finish_reason: FinishReason | null; logprobs?: unknown; [field: string]: unknown }[]
  usage?: Usage | null
}

export interface TextCompletion extends Reply {
  object: 'text_completion'
  choices: { index: number; text: string; finish_reason: FinishReason | null; logprobs?: unknown; [field: string]: unknown }[]
  usage?: Usage
}

export interface Embeddings {
  object: 'list'
  model: string
  data: { object: 'embedding'; index: number; embedding: number[] | string; [field: string]: unknown }[]
  usage?: Pick<Usage, 'prompt_tokens' | 'total_tokens'> & { [field: string]: unknown }
  _info?: CallInfo
  [field: string]: unknown
}

/** OpenAI's Responses API. */
export interface ResponsesReply {
  id: string
  object: 'response'
  created_at: number
  status: 'completed' | 'incomplete' | 'failed' | 'in_progress' | 'queued' | 'cancelled'
  model: string
  output: { type: string; id?: string; [field: string]: unknown }[]
  usage?: { input_tokens: number; output_tokens: number; total_tokens: number; [field: string]: unknown } | null
  _info?: CallInfo
  [field: string]: unknown
}

/** One event of a Responses stream: `response.created`, `response.output_text.delta` … */
export interface ResponsesEvent {
  type: string
  sequence_number?: number
  [field: string]: unknown
}

/** Anthropic's Messages API. */
export interface AnthropicMessage {
  id: string
  type: 'message'
  role: 'assistant'
  model: string
  content: { type: string; text?: string; [field: string]: unknown }[]
  stop_reason: string | null
  stop_sequence?: string | null
  usage: { input_tokens: number; output_tokens: number; [field: string]: unknown }
  _info?: CallInfo
  [field: string]: unknown
}

/** One event of a Messages stream: `message_start`, `content_block_delta` … */
export interface AnthropicEvent {
  type: string
  [field: string]: unknown
}
