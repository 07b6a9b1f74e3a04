import type { MeasuredOperation, Operation, Shape } from '@switchyard/core'
import { fail, type GatewayError } from '@switchyard/wire'
import type { BinaryReply } from './binary-reply.ts'
import type { ChunkStream } from './chunk-stream.ts'
import type {
  ImageEditOptions,
  ImageGenerationOptions,
  ImageVariationOptions,
  ModerationOptions,
  OcrOptions,
  RerankOptions,
  SearchOptions,
  SpeechOptions,
  TranscriptionOptions,
  TranslationOptions,
  VideoOptions,
} from './measured-options.ts'
import type { Images, Moderation, OcrReply, Ranking, SearchReply, Transcription, TypedEvent, Video } from './measured-types.ts'
import type {
  AnthropicMessagesOptions,
  CallOptions,
  CompletionOptions,
  EmbeddingOptions,
  ResponsesOptions,
  Streamed,
  TextCompletionOptions,
} from './options.ts'
import type { Parts } from './parts.ts'
import { run, type Answer, type Planned } from './run.ts'
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

export type ImageStream = ChunkStream<TypedEvent, Images>
export type TranscriptStream = ChunkStream<TypedEvent, Transcription>

/** What can be asked of a model; who plans the call decides where it goes. */
export abstract class Operations {
  protected abstract readonly parts: Parts

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
    return this.#run('chat', 'anthropic-messages', { stream: false, ...options })
  }

  imageGeneration<S extends boolean = false>(
    options: ImageGenerationOptions & { stream?: S },
  ): Promise<Streamed<S, ImageStream, Images>> {
    return this.#measured('image_generation', options)
  }

  imageEdit<S extends boolean = false>(options: ImageEditOptions & { stream?: S }): Promise<Streamed<S, ImageStream, Images>> {
    return this.#measured('image_edit', options)
  }

  imageVariation(options: ImageVariationOptions): Promise<Images> {
    return this.#measured('image_variation', { model: 'openai/dall-e-2', ...options })
  }

  /** Speech to text. Formats that are text (`srt`, `vtt`) stand in `text`. */
  transcription<S extends boolean = false>(
    options: TranscriptionOptions & { stream?: S },
  ): Promise<Streamed<S, TranscriptStream, Transcription>> {
    return this.#measured('transcription', options)
  }

  /** Speech to English text. */
  translation(options: TranslationOptions): Promise<Transcription> {
    return this.#measured('translation', options)
  }

  /** Text to speech. The audio can be read while it comes. */
  speech(options: SpeechOptions): Promise<BinaryReply> {
    return this.#measured('speech', options)
  }

  /** Begins a video; its whole length is charged. `retrieveVideo` says how far it is, `videoContent` has its bytes. */
  createVideo(options: VideoOptions): Promise<Video> {
    return this.#measured('video', options)
  }

  moderation(options: ModerationOptions): Promise<Moderation> {
    return this.#measured('moderation', options)
  }

  /** Orders documents by how well they answer a query. */
  rerank(options: RerankOptions): Promise<Ranking> {
    return this.#measured('rerank', options)
  }

  /** The text of a document, as Markdown. */
  ocr(options: OcrOptions): Promise<OcrReply> {
    return this.#measured('ocr', options)
  }

  /** Searches the web. */
  search({ search_provider: provider, ...options }: SearchOptions): Promise<SearchReply> {
    return this.#measured('search', { model: `${provider ?? ''}/search`, ...options })
  }

  #measured<Typed>(operation: MeasuredOperation, options: Unnamed): Promise<Typed> {
    return answered(
      run(async () => {
        const measured = this.parts.operations?.(operation)
        if (measured === undefined) throw missingOperation(operation)
        const planned = await this.plan(operation, measured.shape, { model: measured.defaultModel ?? '', ...options })
        return { ...planned, measured }
      }),
    )
  }

  #run<Typed>(operation: Operation, shape: Shape, options: CallOptions): Promise<Typed> {
    return answered(run(() => this.plan(operation, shape, options)))
  }
}

/** A program of parts, and a call that takes another. */
const missingOperation = (operation: MeasuredOperation): GatewayError =>
  fail(
    'bad_request',
    `"${operation}" needs \`operations: measuredOperations\` of switchyard/operations, which this program was built without.`,
    {
      code: 'missing_operation',
    },
  )

/** Some operations have a model that is meant where none is named. */
type Unnamed = Omit<CallOptions, 'model'> & { model?: string }

/** The reply is the dialect's own, which the codecs' tests prove; its type is given here, at the edge. */
const answered = <Typed>(answer: Promise<Answer>): Promise<Typed> =>
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the one cast from JSON to the declared shapes
  answer as Promise<Typed>
