import type { MeasuredOperation, Operation } from '../contracts.ts'
import { countSpeech, countTranscript, mostSpeech, mostTranscript, transcriptKind } from './audio.ts'
import {
  countModeration,
  countPages,
  countRerank,
  countSearch,
  mostModeration,
  mostPages,
  mostRerank,
  mostSearch,
} from './documents.ts'
import { countImages, mostImages } from './images.ts'
import type { FieldTypes, Measured, ReplyKind } from './measured.ts'
import { countVideo, mostVideo } from './video.ts'

export {
  requireFields,
  type CallInputs,
  type Counted,
  type FieldTypes,
  type Measured,
  type Most,
  type ReplyKind,
} from './measured.ts'

const json = (): ReplyKind => 'json'

const imageTypes: FieldTypes = {
  prompt: ['string'],
  n: ['number'],
  size: ['string'],
  quality: ['string'],
  style: ['string'],
  background: ['string'],
  response_format: ['string'],
  output_format: ['string'],
  output_compression: ['number'],
  partial_images: ['number'],
  stream: ['boolean'],
  user: ['string'],
}

const transcript = {
  shape: 'openai-transcriptions',
  isForm: true,
  requires: ['file'],
  types: {
    language: ['string'],
    prompt: ['string'],
    response_format: ['string'],
    temperature: ['number'],
    timestamp_granularities: ['array'],
    include: ['array'],
    stream: ['boolean'],
  },
  replyKind: transcriptKind,
  count: countTranscript,
  most: mostTranscript,
} as const satisfies Measured

/** Every operation besides chat, completion, embedding and counting: what is known of one stands in its row and nowhere else. */
const table: Readonly<Record<MeasuredOperation, Measured>> = {
  image_generation: {
    shape: 'openai-images',
    isForm: false,
    requires: ['prompt'],
    types: imageTypes,
    replyKind: json,
    count: countImages,
    most: mostImages,
  },
  image_edit: {
    shape: 'openai-image-forms',
    isForm: true,
    requires: ['image', 'prompt'],
    types: imageTypes,
    replyKind: json,
    count: countImages,
    most: mostImages,
  },
  image_variation: {
    shape: 'openai-image-forms',
    isForm: true,
    requires: ['image'],
    types: imageTypes,
    replyKind: json,
    count: countImages,
    most: mostImages,
  },
  transcription: transcript,
  translation: transcript,
  speech: {
    shape: 'openai-speech',
    isForm: false,
    requires: ['input', 'voice'],
    types: {
      input: ['string'],
      voice: ['string', 'object'],
      instructions: ['string'],
      response_format: ['string'],
      speed: ['number'],
      stream_format: ['string'],
    },
    replyKind: () => 'bytes',
    count: countSpeech,
    most: mostSpeech,
  },
  moderation: {
    shape: 'openai-moderations',
    isForm: false,
    requires: ['input'],
    types: { input: ['string', 'array'] },
    // The field is optional in OpenAI's API (openai-node 7.57.0, read 2026-11-22); this is what it stands for.
    defaultModel: 'omni-moderation-latest',
    replyKind: json,
    count: countModeration,
    most: mostModeration,
  },
  rerank: {
    shape: 'rerank',
    isForm: false,
    requires: ['query', 'documents'],
    types: {
      query: ['string', 'object'],
      documents: ['array'],
      top_n: ['number'],
      return_documents: ['boolean'],
      rank_fields: ['array'],
      max_chunks_per_doc: ['number'],
      max_tokens_per_doc: ['number'],
    },
    replyKind: json,
    count: countRerank,
    most: mostRerank,
  },
  ocr: {
    shape: 'ocr',
    isForm: false,
    requires: ['document'],
    types: { document: ['object'], pages: ['array', 'string'], include_image_base64: ['boolean'] },
    replyKind: json,
    count: countPages,
    most: mostPages,
  },
  search: {
    shape: 'search',
    isForm: false,
    requires: ['query'],
    modelField: 'search_tool_name',
    types: { query: ['string', 'array'], max_results: ['number'] },
    replyKind: json,
    count: countSearch,
    most: mostSearch,
  },
  video: {
    shape: 'openai-videos',
    isForm: 'may-be',
    startsJob: true,
    requires: ['prompt'],
    types: { prompt: ['string'], seconds: ['string', 'number'], size: ['string'], input_reference: ['object'] },
    replyKind: json,
    count: countVideo,
    most: mostVideo,
  },
}

const rows: Readonly<Partial<Record<Operation, Measured>>> = table

/** What is known of an operation besides chat; undefined for chats, completions, embeddings and counting. */
export function measuredOf(operation: MeasuredOperation): Measured
export function measuredOf(operation: Operation): Measured | undefined
export function measuredOf(operation: Operation): Measured | undefined {
  return rows[operation]
}
