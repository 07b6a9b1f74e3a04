import type { FileInput } from './form-files.ts'
import type { CallOptions } from './options.ts'

/** Options of the operations besides chat, in LiteLLM's names, which are OpenAI's. */
export interface ImageGenerationOptions extends CallOptions {
  prompt: string
  n?: number
  size?: string
  quality?: string
  style?: string
  response_format?: 'url' | 'b64_json'
  stream?: boolean
  user?: string
}

export interface ImageEditOptions extends CallOptions {
  image: FileInput | readonly FileInput[]
  prompt: string
  mask?: FileInput
  n?: number
  size?: string
  quality?: string
  stream?: boolean
}

export interface ImageVariationOptions extends Omit<CallOptions, 'model'> {
  /** DALL·E 2 without it, the only one that OpenAI has for this. */
  model?: string
  image: FileInput
  n?: number
  size?: string
  response_format?: 'url' | 'b64_json'
}

export interface TranscriptionOptions extends CallOptions {
  file: FileInput
  language?: string
  prompt?: string
  response_format?: 'json' | 'text' | 'srt' | 'verbose_json' | 'vtt' | 'diarized_json'
  temperature?: number
  timestamp_granularities?: readonly ('word' | 'segment')[]
  stream?: boolean
}

export type TranslationOptions = TranscriptionOptions

export interface SpeechOptions extends CallOptions {
  input: string
  voice: string | Readonly<Record<string, unknown>>
  response_format?: string
  speed?: number
  instructions?: string
}

export interface ModerationOptions extends Omit<CallOptions, 'model'> {
  /** OpenAI's newest without it. */
  model?: string
  input: string | readonly string[] | readonly Readonly<Record<string, unknown>>[]
}

export interface VideoOptions extends CallOptions {
  prompt: string
  /** `1280x720` */
  size?: string
  seconds?: number | string
  /** The picture that the video begins with: a file, or `{image_url}`. */
  input_reference?: FileInput | { readonly image_url: string }
}

export interface RerankOptions extends CallOptions {
  query: string
  documents: readonly (string | Readonly<Record<string, unknown>>)[]
  top_n?: number
  return_documents?: boolean
  rank_fields?: readonly string[]
  max_chunks_per_doc?: number
  max_tokens_per_doc?: number
}

export interface OcrOptions extends CallOptions {
  /** `{type: 'document_url', document_url}` or `{type: 'image_url', image_url}`, by URL or data URI. */
  document: Readonly<Record<string, unknown>>
  pages?: readonly number[]
  include_image_base64?: boolean
}

export interface SearchOptions extends Omit<CallOptions, 'model'> {
  query: string | readonly string[]
  /** Who searches: `tavily`, `exa_ai` … In a Router: the name of a group, as `model`. */
  search_provider?: string
  model?: string
  max_results?: number
}
