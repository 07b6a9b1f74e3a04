import type { Provider } from '@switchyard/core'
import { compact, anthropicMessagesProtocol, objectOf, stringOf } from '@switchyard/wire'
import { textDialect, type TextService } from '../text/dialect.ts'
import type { Prompt, TextModel } from '../text/text-model.ts'

/** The API wants a limit; this is what LiteLLM's callers get (1.106.2, 2026-11-22). */
const usualLimit = 256

/** Turns as Claude 2 was taught them: the system's words first, then Human and Assistant. */
function promptText({ system, turns }: Prompt): string {
  const said = turns.map(({ role, text }) => `\n\n${role === 'user' ? 'Human' : 'Assistant'}: ${text}`).join('')
  return `${system}${said}\n\nAssistant:`
}

/** `POST /v1/complete` (docs.anthropic.com, "Create a Text Completion", 2026-11-22). */
const complete: TextModel = {
  name: 'complete',
  write: (prompt) =>
    compact({
      ...prompt.unknown,
      model: prompt.model,
      prompt: promptText(prompt),
      max_tokens_to_sample: prompt.sampling.maxTokens ?? usualLimit,
      temperature: prompt.sampling.temperature,
      top_p: prompt.sampling.topP,
      top_k: prompt.sampling.topK,
      stop_sequences: prompt.sampling.stop,
      stream: prompt.stream ? true : undefined,
    }),
  read: (reply) => {
    const text = stringOf(reply['completion'])
    const rawStop = stringOf(reply['stop_reason'])
    return text === undefined ? undefined : { text, ...(rawStop === undefined ? {} : { rawStop }) }
  },
  stops: new Map([
    ['stop_sequence', 'stop'],
    ['max_tokens', 'length'],
  ]),
}

const anthropicErrors: TextService = {
  readError: (status, body) => anthropicMessagesProtocol.readError(status, body),
  failureOf: (name, reply) =>
    name === 'error' || objectOf(reply['error']) !== undefined ? anthropicMessagesProtocol.readError(0, reply) : undefined,
}

export const anthropicText: Provider = {
  id: 'anthropic_text',
  name: 'Anthropic Text',
  keyEnv: ['ANTHROPIC_API_KEY'],
  auth: { kind: 'header', name: 'x-api-key' },
  baseUrl: 'https://api.anthropic.com',
  baseEnv: ['ANTHROPIC_API_BASE', 'ANTHROPIC_BASE_URL'],
  endpoints: { chat: [{ shape: 'native', path: '/v1/complete', speaks: textDialect(complete, anthropicErrors) }] },
  headers: { 'anthropic-version': '2023-06-01' },
}
