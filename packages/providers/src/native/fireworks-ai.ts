import type { Provider } from '@switchyard/core'
import { row } from '../row.ts'

export const fireworksAi: Provider = {
  ...row('fireworks_ai', 'Fireworks AI', 'https://api.fireworks.ai/inference/v1', {
    aliases: 'fireworks',
    key: 'FIREWORKS_API_KEY FIREWORKS_AI_API_KEY FIREWORKSAI_API_KEY FIREWORKS_AI_TOKEN',
    baseEnv: 'FIREWORKS_API_BASE',
    serves: ['completion', 'embedding', 'responses', 'transcription', 'translation', 'rerank'],
    oldMaxTokens: true,
    takesUser: true,
    abilities: 'function_calling prompt_caching response_schema',
    refuses: 'store',
    // Its own parameters (LiteLLM 1.106.2 lists them, 2026-11-22).
    knows:
      'stream_options prediction prompt_cache_key prompt_cache_isolation_key prompt_truncate_len context_length_exceeded_behavior ' +
      'speculation top_k min_p typical_p repetition_penalty mirostat_target mirostat_lr sampling_mask ignore_eos ' +
      'echo echo_last raw_output return_token_ids perf_metrics_in_response safe_tokenization',
    quirks: [{ do: 'map', field: 'tool_choice', from: 'required', to: 'any' }],
  }),
  tellsUsage: true,
  /** A short name is one of Fireworks' own models, but those that listen have no other. */
  modelName: (model) => (model.includes('/') || model.startsWith('whisper-') ? model : `accounts/fireworks/models/${model}`),
}
