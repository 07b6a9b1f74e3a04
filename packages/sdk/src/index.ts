import { Switchyard } from './switchyard.ts'
import type { Settings } from './home.ts'
import type { ChatStream, MessagesStream, ResponsesStream, TextStream } from './operations.ts'
import type {
  AnthropicMessagesOptions,
  CompletionOptions,
  EmbeddingOptions,
  ResponsesOptions,
  Streamed,
  TextCompletionOptions,
} from './options.ts'
import type { AnthropicMessage, ChatCompletion, Embeddings, ResponsesReply, TextCompletion } from './types.ts'

export type { CallRecord, Callbacks } from './callbacks.ts'
export { completionCost, modelInfo, resolveProvider, supports, tokenCounter } from './catalog.ts'
export type { CompletionCost, CostOf, ModelInfo, ModelName, TokenCount } from './catalog.ts'
export { ChunkStream } from './chunk-stream.ts'
export * from './errors.ts'
export type { Fetch, FetchInit } from './fetch-transport.ts'
export type { Settings } from './home.ts'
export type { ChatStream, MessagesStream, ResponsesStream, TextStream } from './operations.ts'
export type * from './options.ts'
export { Router, type Fallbacks, type ModelEntry, type RouterOptions } from './router.ts'
export { Switchyard } from './switchyard.ts'
export type * from './types.ts'

let current = new Switchyard()

/** Settings for the functions of this package. Programs that need several kinds side by side make `new Switchyard(settings)`. */
export function configure(settings: Settings): void {
  current = new Switchyard(settings)
}

/** A chat completion from any provider: `await completion({ model: 'anthropic/claude-sonnet-4-5', messages })`. */
export function completion<S extends boolean = false>(
  options: CompletionOptions & { stream?: S },
): Promise<Streamed<S, ChatStream, ChatCompletion>> {
  return current.completion(options)
}

/** The old text completions. */
export function textCompletion<S extends boolean = false>(
  options: TextCompletionOptions & { stream?: S },
): Promise<Streamed<S, TextStream, TextCompletion>> {
  return current.textCompletion(options)
}

export function embedding(options: EmbeddingOptions): Promise<Embeddings> {
  return current.embedding(options)
}

/** OpenAI's Responses API, on every provider. */
export function responses<S extends boolean = false>(
  options: ResponsesOptions & { stream?: S },
): Promise<Streamed<S, ResponsesStream, ResponsesReply>> {
  return current.responses(options)
}

/** Anthropic's Messages API, on every provider. */
export function anthropicMessages<S extends boolean = false>(
  options: AnthropicMessagesOptions & { stream?: S },
): Promise<Streamed<S, MessagesStream, AnthropicMessage>> {
  return current.anthropicMessages(options)
}
