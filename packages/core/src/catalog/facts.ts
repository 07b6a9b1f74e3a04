import type { ModelTraits } from '@switchyard/wire'
import type { Prices } from './prices.ts'

/** What a model is for. The catalog's own words; new ones appear with new kinds of models. */
export const modelModes = [
  'chat',
  'responses',
  'completion',
  'embedding',
  'rerank',
  'moderation',
  'image_generation',
  'image_edit',
  'video_generation',
  'audio_transcription',
  'audio_speech',
  'realtime',
  'ocr',
  'search',
  'evaluation',
  'extraction',
  'guardrail',
  'vector_store',
] as const
export type ModelMode = (typeof modelModes)[number]

const knownModes: ReadonlySet<string> = new Set(modelModes)
export const isModelMode = (word: string | undefined): word is ModelMode => word !== undefined && knownModes.has(word)

/** All that is known of one model at one provider. */
export interface ModelFacts extends ModelTraits {
  readonly provider: string
  /** The provider's sub-family in LiteLLM's words, where it is not the provider. */
  readonly group?: string
  readonly mode: ModelMode
  readonly maxInput?: number
  /** LiteLLM's old `max_tokens`, where it differs from `maxOutput` or stands alone. */
  readonly maxTokens?: number
  /** Prompts shorter than this are not cached. */
  readonly cacheMin?: number
  readonly vectorSize?: number
  readonly prices: Prices
  /** Prices that the provider lists though they are another's (litellm-prices.ts, `echoesOf`). */
  readonly echoes?: readonly string[]
  /** The day on which the provider switches the model off. */
  readonly deprecated?: string
  readonly source?: string
  /** The day on which these facts held. */
  readonly asOf: string
  readonly supportedEndpoints: readonly string[]
  readonly inputModalities: readonly string[]
  readonly outputModalities: readonly string[]
  readonly regions: readonly string[]
  readonly defaultReasoningEffort?: string
  readonly requestsPerMinute?: number
  readonly tokensPerMinute?: number
}
