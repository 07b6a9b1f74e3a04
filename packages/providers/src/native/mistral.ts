import type { Provider, Quirk } from '@switchyard/core'
import { arrayOf, objectsOf, stringOf, type JsonObject } from '@switchyard/wire'
import { mapAnswers } from '../mending.ts'
import { row } from '../row.ts'
import { mapMessages, usualTune } from '../tuning.ts'

// Penalties and `n` are taken (Mistral's OpenAPI description, read 2026-11-22), unlike in LiteLLM's list.
const differences = {
  oldMaxTokens: true,
  refuses: 'logit_bias logprobs top_logprobs service_tier store',
  ignores: 'stream_options',
  quirks: [
    { do: 'rename', field: 'seed', to: 'random_seed' },
    { do: 'map', field: 'tool_choice', from: 'required', to: 'any' },
  ],
} as const

/** Participant names are taken on tool messages only (LiteLLM 1.106.2, 2026-11-22). */
const withoutNames: Quirk = {
  do: 'edit',
  name: 'names-on-tool-messages-only',
  edit: (body) =>
    mapMessages(body, (message) => {
      if (message['role'] === 'tool') return message
      const { name: _, ...rest } = message
      return rest
    }),
}

const tune: NonNullable<Provider['tune']> = (target, call) => {
  const named = objectsOf(call.field('messages')).some((message) => message['role'] !== 'tool' && 'name' in message)
  const quirks = usualTune(target, call)
  return named ? [...quirks, withoutNames] : quirks
}

/** Magistral's content is a list whose thinking parts are what others call `reasoning_content`. */
const mend = (reply: JsonObject): JsonObject =>
  mapAnswers(reply, (answer) => {
    if (!Array.isArray(answer['content'])) return answer
    const parts = objectsOf(answer['content'])
    const reasoning = parts.filter((part) => part['type'] === 'thinking').map((part) => textOf(part['thinking']))
    const text = textOf(parts.filter((part) => part['type'] !== 'thinking'))
    return { ...answer, content: text, ...(reasoning.length === 0 ? {} : { reasoning_content: reasoning.join('') }) }
  })

const textOf = (parts: unknown): string =>
  stringOf(parts) ??
  objectsOf(arrayOf(parts))
    .map((part) => stringOf(part['text']) ?? '')
    .join('')

export const mistral: Provider = {
  ...row('mistral', 'Mistral AI', 'https://api.mistral.ai/v1', { ...differences, serves: ['embedding'] }),
  tune,
  mend,
}

export const codestral: Provider = {
  ...row('codestral', 'Codestral', 'https://codestral.mistral.ai/v1', {
    ...differences,
    routes: { completion: '/fim/completions' },
  }),
  tune,
  mend,
}
