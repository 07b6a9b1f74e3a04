import type { Operation, Shape } from '@switchyard/core'
import type { ChunkStream } from './chunk-stream.ts'
import type {
  AnthropicMessagesOptions,
  CallOptions,
  CompletionOptions,
  EmbeddingOptions,
  ResponsesOptions,
  Streamed,
  TextCompletionOptions,
} from './options.ts'
import { run, type Planned } from './run.ts'
import type {
  AnthropicEvent,
  AnthropicMessage,
  ChatCompletion,
  ChatCompletionChunk,
  Embeddings,
  ResponsesEvent,
  ResponsesReply,
  TextCompletion,
} from './types.ts'

export type ChatStream = ChunkStream<ChatCompletionChunk, ChatCompletion>
export type TextStream = ChunkStream<TextCompletion, TextCompletion>
export type ResponsesStream = ChunkStream<ResponsesEvent, ResponsesReply>
export type MessagesStream = ChunkStream<AnthropicEvent, AnthropicMessage>

/** What can be asked of a model; who plans the call decides where it goes. */
export abstract class Operations {
  /** Turns options into a call. Runs inside the call, so that what it throws becomes a typed error. */
  protected abstract plan(operation: Operation, shape: Shape, options: CallOptions): Promise<Planned>

  completion<S extends boolean = false>(
    options: CompletionOptions & { stream?: S },
  ): Promise<Streamed<S, ChatStream, ChatCompletion>> {
    return this.#run('chat', 'openai-chat', options)
  }

  /** The old text completions; models that only chat get the prompt as a message. */
  textCompletion<S extends boolean = false>(
    options: TextCompletionOptions & { stream?: S },
  ): Promise<Streamed<S, TextStream, TextCompletion>> {
    return this.#run('completion', 'openai-completions', options)
  }

  embedding(options: EmbeddingOptions): Promise<Embeddings> {
    return this.#run('embedding', 'openai-embeddings', options)
  }

  /** OpenAI's Responses API, on every provider. */
  responses<S extends boolean = false>(
    options: ResponsesOptions & { stream?: S },
  ): Promise<Streamed<S, ResponsesStream, ResponsesReply>> {
    return this.#run('chat', 'openai-responses', options)
  }

  /** Anthropic's Messages API, on every provider. */
  anthropicMessages<S extends boolean = false>(
    options: AnthropicMessagesOptions & { stream?: S },
  ): Promise<Streamed<S, MessagesStream, AnthropicMessage>> {
    return this.#run('chat', 'anthropic-messages', options)
  }

  /** The reply is the dialect's own, which the codecs' tests prove; its type is given here, at the edge. */
  #run<Answer>(operation: Operation, shape: Shape, options: CallOptions): Promise<Answer> {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the one cast from JSON to the declared shapes
    return run(() => this.plan(operation, shape, options)) as Promise<Answer>
  }
}
