import type { Provider } from '@switchyard/core'
import { row } from '../row.ts'

export const fireworksAi: Provider = {
  ...row('fireworks_ai', 'Fireworks AI', 'https://api.fireworks.ai/inference/v1', {
    aliases: 'fireworks',
    key: 'FIREWORKS_API_KEY FIREWORKS_AI_API_KEY FIREWORKSAI_API_KEY FIREWORKS_AI_TOKEN',
    baseEnv: 'FIREWORKS_API_BASE',
    serves: ['completion', 'embedding', 'responses'],
    oldMaxTokens: true,
    takesUser: true,
    refuses: 'store',
    quirks: [{ do: 'map', field: 'tool_choice', from: 'required', to: 'any' }],
  }),
  /** A short name is one of Fireworks' own models. */
  modelName: (model) => (model.includes('/') ? model : `accounts/fireworks/models/${model}`),
}
