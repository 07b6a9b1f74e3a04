import type { Outgoing, Provider } from '@switchyard/core'
import { compact, isObject, parseJson, stringOf, type JsonObject } from '@switchyard/wire'
import { textDialect } from '../../text/dialect.ts'
import { plainService } from '../../text/service.ts'
import { plainPrompt, type TextModel } from '../../text/text-model.ts'

/** `POST /api/v1/generate` of chat.petals.dev (its README on GitHub, 2026-11-22), which does not stream over HTTP. */
const generate: TextModel = {
  name: 'petals',
  write: (prompt) =>
    compact({
      ...prompt.unknown,
      model: prompt.model,
      inputs: plainPrompt(prompt, ' '),
      max_new_tokens: prompt.sampling.maxTokens ?? usualLimit,
      temperature: prompt.sampling.temperature,
      top_p: prompt.sampling.topP,
      top_k: prompt.sampling.topK,
    }),
  read: ({ outputs }) => {
    const text = stringOf(outputs)
    return text === undefined ? undefined : { text }
  },
  stops: new Map(),
  lacks: ['stop'],
}

/** The server wants a number; this is what LiteLLM's callers get. */
const usualLimit = 256

const failureOf = (name: string, reply: JsonObject): ReturnType<NonNullable<typeof plainService.failureOf>> =>
  reply['ok'] === false ? plainService.readError(500, { error: reply['traceback'] }) : plainService.failureOf?.(name, reply)

/** The body as a form. */
function prepare(outgoing: Outgoing): void {
  const body = parseJson(new TextDecoder().decode(outgoing.body))
  if (!isObject(body)) return
  const fields = new URLSearchParams()
  for (const [name, value] of Object.entries(body)) fields.append(name, String(value))
  outgoing.body = new TextEncoder().encode(fields.toString())
  outgoing.headers['content-type'] = 'application/x-www-form-urlencoded'
}

export const petals: Provider = {
  id: 'petals',
  name: 'Petals',
  keyEnv: [],
  keyless: true,
  auth: { kind: 'none' },
  baseUrl: 'https://chat.petals.dev/api/v1/generate',
  baseEnv: ['PETALS_API_BASE'],
  endpoints: { chat: [{ shape: 'native', path: '', speaks: textDialect(generate, { ...plainService, failureOf }) }] },
  url: ({ baseUrl }) => baseUrl,
  prepare,
}
