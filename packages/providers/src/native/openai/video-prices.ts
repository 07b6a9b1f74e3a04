import type { Provider } from '@switchyard/core'

/**
 * Larger clips of the same model cost more, which price lists have as a model of another name that nobody can ask for:
 * `sora-2-pro-high-res` (LiteLLM 1.106.2, 2026-11-22).
 */
export const videoPrices = {
  'sora-2-pro': { output_cost_per_video_per_second_1024p: 0.5 },
} as const satisfies Provider['models']
