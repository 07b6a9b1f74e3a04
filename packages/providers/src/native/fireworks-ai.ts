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
    refuses: 'store',
    quirks: [{ do: 'map', field: 'tool_choice', from: 'required', to: 'any' }],
  }),
  /** A short name is one of Fireworks' own models, but those that listen have no other. */
  modelName: (model) => (model.includes('/') || model.startsWith('whisper-') ? model : `accounts/fireworks/models/${model}`),
}
