import { Switchyard } from './switchyard.ts'
import type { BatchOptions, FileOptions, KeeperOptions, KeptBatch, KeptFile } from './kept-objects.ts'
import type { Settings } from './home.ts'
import type { ChatStream, ImageStream, MessagesStream, ResponsesStream, TextStream, TranscriptStream } from './operations.ts'
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
} from './measured-options.ts'
import type { Images, Moderation, OcrReply, Ranking, SearchReply, Transcription } from './measured-types.ts'
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
export { BinaryReply } from './binary-reply.ts'
export { ChunkStream } from './chunk-stream.ts'
export * from './errors.ts'
export type { Fetch, FetchInit } from './fetch-transport.ts'
export type { Settings } from './home.ts'
export type { FileInput } from './form-files.ts'
export type { BatchOptions, FileOptions, KeptBatch, KeptFile, KeeperOptions } from './kept-objects.ts'
export type * from './measured-options.ts'
export type * from './measured-types.ts'
export type { ChatStream, ImageStream, MessagesStream, ResponsesStream, TextStream, TranscriptStream } from './operations.ts'
export type * from './options.ts'
export { Router, type Fallbacks, type ModelEntry, type RouterOptions } from './router.ts'
export { supportedParams, type SupportedParamsOf } from './supported-params.ts'
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

/** Images from a text: `await imageGeneration({ model: 'openai/gpt-image-1', prompt })`. */
export function imageGeneration<S extends boolean = false>(
  options: ImageGenerationOptions & { stream?: S },
): Promise<Streamed<S, ImageStream, Images>> {
  return current.imageGeneration(options)
}

export function imageEdit<S extends boolean = false>(
  options: ImageEditOptions & { stream?: S },
): Promise<Streamed<S, ImageStream, Images>> {
  return current.imageEdit(options)
}

export function imageVariation(options: ImageVariationOptions): Promise<Images> {
  return current.imageVariation(options)
}

/** Speech to text: `await transcription({ model: 'openai/whisper-1', file })`. */
export function transcription<S extends boolean = false>(
  options: TranscriptionOptions & { stream?: S },
): Promise<Streamed<S, TranscriptStream, Transcription>> {
  return current.transcription(options)
}

/** Speech to English text. */
export function translation(options: TranslationOptions): Promise<Transcription> {
  return current.translation(options)
}

/** Text to speech; the audio can be read while it comes. */
export function speech(options: SpeechOptions): Promise<BinaryReply> {
  return current.speech(options)
}

export function moderation(options: ModerationOptions): Promise<Moderation> {
  return current.moderation(options)
}

/** Orders documents by how well they answer a query. */
export function rerank(options: RerankOptions): Promise<Ranking> {
  return current.rerank(options)
}

/** The text of a document, as Markdown. */
export function ocr(options: OcrOptions): Promise<OcrReply> {
  return current.ocr(options)
}

/** Searches the web. */
export function search(options: SearchOptions): Promise<SearchReply> {
  return current.search(options)
}

/** Uploads a file to a provider: `await createFile({ custom_llm_provider: 'openai', file, purpose: 'batch' })`. */
export function createFile(options: FileOptions): Promise<KeptFile> {
  return current.kept.createFile(options)
}

export function retrieveFile(options: KeeperOptions & { file_id: string }): Promise<KeptFile> {
  return current.kept.retrieveFile(options)
}

/** The bytes of a file. */
export function fileContent(options: KeeperOptions & { file_id: string }): Promise<Uint8Array> {
  return current.kept.fileContent(options)
}

export function deleteFile(options: KeeperOptions & { file_id: string }): Promise<KeptFile> {
  return current.kept.deleteFile(options)
}

/** Has the rows of an uploaded file answered within a day, at the provider's price for batches. */
export function createBatch(options: BatchOptions): Promise<KeptBatch> {
  return current.kept.createBatch(options)
}

export function retrieveBatch(options: KeeperOptions & { batch_id: string }): Promise<KeptBatch> {
  return current.kept.retrieveBatch(options)
}

export function cancelBatch(options: KeeperOptions & { batch_id: string }): Promise<KeptBatch> {
  return current.kept.cancelBatch(options)
}
