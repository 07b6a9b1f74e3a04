import type { Provider } from '@switchyard/core'
import { objectOf, type JsonObject } from '@switchyard/wire'
import { row } from '../row.ts'

/** A stream's usage stands under `x_groq` when it was not asked for. */
const mend = (reply: JsonObject): JsonObject => {
  const usage = objectOf(objectOf(reply['x_groq'])?.['usage'])
  return usage === undefined || reply['usage'] ? reply : { ...reply, usage }
}

export const groq: Provider = {
  ...row('groq', 'Groq', 'https://api.groq.com/openai/v1', {
    oldMaxTokens: true,
    refuses: 'thinking',
    serves: ['transcription', 'translation', 'speech'],
  }),
  mend,
}
