import type { Callbacks } from './callbacks.ts'

/** What steers a call, in LiteLLM's names. None of it is sent to the provider. */
export interface CallOptions {
  /** `provider/model`, or a bare name that the catalog knows. In a Router: the name of a group. */
  model: string
  custom_llm_provider?: string
  api_key?: string
  api_base?: string
  base_url?: string
  api_version?: string
  /** Seconds that the whole call may take. */
  timeout?: number
  /** Seconds until a streamed reply must have begun. */
  stream_timeout?: number
  num_retries?: number
  max_retries?: number
  /** Models to try, in order, when the call fails. */
  fallbacks?: readonly (string | { readonly model: string })[]
  /** Leave out parameters that the model does not take, instead of refusing them. */
  drop_params?: boolean
  additional_drop_params?: readonly string[]
  allowed_openai_params?: readonly string[]
  extra_headers?: Readonly<Record<string, string>>
  /** Fields that go into the provider's body as they are. */
  extra_body?: Readonly<Record<string, unknown>>
  /** Answers with this text and sends nothing. */
  mock_response?: string
  callbacks?: readonly Callbacks[]
  /** Aborts the call. */
  signal?: AbortSignal
  /** Any other parameter of the API called, or of the provider. */
  [param: string]: unknown
}

export interface ChatMessage {
  role: 'system' | 'developer' | 'user' | 'assistant' | 'tool' | 'function'
  content?: string | readonly { readonly type: string; readonly [field: string]: unknown }[] | null
  name?: string
  tool_call_id?: string
  [field: string]: unknown
}

export interface ChatTool {
  type: string
  function?: { name: string; description?: string; parameters?: Readonly<Record<string, unknown>>; strict?: boolean | null }
  [field: string]: unknown
}

export interface CompletionOptions extends CallOptions {
  messages: readonly ChatMessage[]
  stream?: boolean
  stream_options?: { include_usage?: boolean; [field: string]: unknown }
  max_tokens?: number
  max_completion_tokens?: number
  temperature?: number
  top_p?: number
  n?: number
  stop?: string | readonly string[]
  seed?: number
  tools?: readonly ChatTool[]
  tool_choice?: string | Readonly<Record<string, unknown>>
  parallel_tool_calls?: boolean
  response_format?: Readonly<Record<string, unknown>>
  reasoning_effort?: string
  thinking?: Readonly<Record<string, unknown>>
  user?: string
}

export interface TextCompletionOptions extends CallOptions {
  prompt: string | readonly string[] | readonly number[] | readonly (readonly number[])[]
  stream?: boolean
  max_tokens?: number
  temperature?: number
}

export interface EmbeddingOptions extends CallOptions {
  input: string | readonly string[] | readonly number[] | readonly (readonly number[])[]
  dimensions?: number
  encoding_format?: 'float' | 'base64'
}

export interface ResponsesOptions extends CallOptions {
  input: string | readonly Readonly<Record<string, unknown>>[]
  stream?: boolean
  instructions?: string
  max_output_tokens?: number
  tools?: readonly Readonly<Record<string, unknown>>[]
}

export interface AnthropicMessagesOptions extends CallOptions {
  messages: readonly { readonly role: string; readonly content: unknown }[]
  max_tokens: number
  stream?: boolean
  system?: string | readonly Readonly<Record<string, unknown>>[]
  tools?: readonly Readonly<Record<string, unknown>>[]
}

/** What a function answers, by whether `stream` is true. */
export type Streamed<Stream extends boolean, Chunks, Reply> = Stream extends true ? Chunks : Reply
