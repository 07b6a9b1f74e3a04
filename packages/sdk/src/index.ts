import { current } from './current.ts'
import type { ChatStream, ImageStream, MessagesStream, ResponsesStream, TextStream, TranscriptStream } from './operations.ts'
import type { RealtimeOptions, RealtimeSession } from './realtime.ts'
import type { BinaryReply } from './binary-reply.ts'
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
import type { Images, Moderation, OcrReply, Ranking, SearchReply, Transcription, Video } from './measured-types.ts'
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
export { configure } from './current.ts'
export { completionCost, modelInfo, resolveProvider, supportedParams, supports } from './catalog.ts'
export type { CompletionCost, CostOf, ModelInfo, ModelName } from './lookups.ts'
export { tokenCounter, type TokenCount } from './token-counter.ts'
export { BinaryReply } from './binary-reply.ts'
export { ChunkStream } from './chunk-stream.ts'
export * from './errors.ts'
export type { Fetch, FetchInit } from './fetch-transport.ts'
export type { Settings } from './home.ts'
export type { FileInput } from './form-files.ts'
export type { KeeperFields, KeeperOptions, KeptList, KeptObject, ListOptions } from './keeper.ts'
export * from './kept-functions.ts'
export { KeptObjects } from './kept-objects.ts'
export type { BatchOptions, FileOptions, FineTuningOptions, KeptBatch, KeptFile } from './kept-objects.ts'
export type * from './measured-options.ts'
export type * from './measured-types.ts'
export type { ChatStream, ImageStream, MessagesStream, ResponsesStream, TextStream, TranscriptStream } from './operations.ts'
export type * from './options.ts'
export type { Fallbacks, ModelEntry, RouterOptions } from './model-router.ts'
export { RealtimeSession, type OpenSocket, type RealtimeOptions, type Socket, type SocketEvent } from './realtime.ts'
export { Router } from './router.ts'
export type { SupportedParamsOf } from './supported-params.ts'
export { Switchyard } from './switchyard.ts'
export type * from './types.ts'

/** A chat completion from any provider: `await completion({ model: 'anthropic/claude-sonnet-4-5', messages })`. */
export function completion<S extends boolean = false>(
  options: CompletionOptions & { stream?: S },
): Promise<Streamed<S, ChatStream, ChatCompletion>> {
  return current().completion(options)
}

/** The old text completions. */
export function textCompletion<S extends boolean = false>(
  options: TextCompletionOptions & { stream?: S },
): Promise<Streamed<S, TextStream, TextCompletion>> {
  return current().textCompletion(options)
}

export function embedding(options: EmbeddingOptions): Promise<Embeddings> {
  return current().embedding(options)
}

/** OpenAI's Responses API, on every provider. */
export function responses<S extends boolean = false>(
  options: ResponsesOptions & { stream?: S },
): Promise<Streamed<S, ResponsesStream, ResponsesReply>> {
  return current().responses(options)
}

/** Anthropic's Messages API, on every provider. */
export function anthropicMessages<S extends boolean = false>(
  options: AnthropicMessagesOptions & { stream?: S },
): Promise<Streamed<S, MessagesStream, AnthropicMessage>> {
  return current().anthropicMessages(options)
}

/** Images from a text: `await imageGeneration({ model: 'openai/gpt-image-1', prompt })`. */
export function imageGeneration<S extends boolean = false>(
  options: ImageGenerationOptions & { stream?: S },
): Promise<Streamed<S, ImageStream, Images>> {
  return current().imageGeneration(options)
}

export function imageEdit<S extends boolean = false>(
  options: ImageEditOptions & { stream?: S },
): Promise<Streamed<S, ImageStream, Images>> {
  return current().imageEdit(options)
}

export function imageVariation(options: ImageVariationOptions): Promise<Images> {
  return current().imageVariation(options)
}

/** Speech to text: `await transcription({ model: 'openai/whisper-1', file })`. */
export function transcription<S extends boolean = false>(
  options: TranscriptionOptions & { stream?: S },
): Promise<Streamed<S, TranscriptStream, Transcription>> {
  return current().transcription(options)
}

/** Speech to English text. */
export function translation(options: TranslationOptions): Promise<Transcription> {
  return current().translation(options)
}

/** Text to speech; the audio can be read while it comes. */
export function speech(options: SpeechOptions): Promise<BinaryReply> {
  return current().speech(options)
}

/** Begins a video; `retrieveVideo` says how far it is, `videoContent` has its bytes. */
export function createVideo(options: VideoOptions): Promise<Video> {
  return current().createVideo(options)
}

/** Opens a conversation over a WebSocket, in OpenAI's realtime events: `await realtime({ model: 'openai/gpt-realtime' })`. */
export function realtime(options: RealtimeOptions): Promise<RealtimeSession> {
  return current().realtime(options)
}

export function moderation(options: ModerationOptions): Promise<Moderation> {
  return current().moderation(options)
}

/** Orders documents by how well they answer a query. */
export function rerank(options: RerankOptions): Promise<Ranking> {
  return current().rerank(options)
}

/** The text of a document, as Markdown. */
export function ocr(options: OcrOptions): Promise<OcrReply> {
  return current().ocr(options)
}

/** Searches the web. */
export function search(options: SearchOptions): Promise<SearchReply> {
  return current().search(options)
}
