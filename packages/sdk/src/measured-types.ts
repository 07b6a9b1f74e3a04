import type { CallInfo } from './types.ts'

interface Reply {
  _info?: CallInfo
  [field: string]: unknown
}

export interface Images extends Reply {
  created: number
  data: { url?: string | null; b64_json?: string | null; revised_prompt?: string | null; [field: string]: unknown }[]
  usage?: { input_tokens: number; output_tokens: number; total_tokens: number; [field: string]: unknown } | null
}

export interface Transcription extends Reply {
  text: string
  language?: string | null
  /** Seconds. */
  duration?: number | null
  words?: { word: string; start: number; end: number; [field: string]: unknown }[] | null
  segments?: { text: string; start: number; end: number; [field: string]: unknown }[] | null
}

/** An event of a stream of images or of a transcription: `transcript.text.delta`, `image_generation.completed` … */
export interface TypedEvent {
  type: string
  [field: string]: unknown
}

export interface Moderation extends Reply {
  id: string
  model: string
  results: {
    flagged: boolean
    categories: Record<string, boolean>
    category_scores: Record<string, number>
    [field: string]: unknown
  }[]
}

/** A video that is being made; `retrieveVideo` says how far it is. */
export interface Video extends Reply {
  id: string
  object: 'video'
  status: 'queued' | 'in_progress' | 'completed' | 'failed'
  model?: string
  progress?: number
  seconds?: string
  size?: string
  error?: { code: string; message: string } | null
}

export interface Ranking extends Reply {
  id?: string
  results: {
    index: number
    relevance_score: number
    document?: { text: string; [field: string]: unknown }
    [field: string]: unknown
  }[]
  meta?: { [field: string]: unknown }
}

export interface OcrReply extends Reply {
  model: string
  pages: { index: number; markdown: string; [field: string]: unknown }[]
  usage_info?: { pages_processed?: number; [field: string]: unknown } | null
}

export interface SearchReply extends Reply {
  results: { title: string; url: string; snippet: string; [field: string]: unknown }[]
}
