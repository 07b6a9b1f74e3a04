import type { Shape } from '@switchyard/core'
import type { RequestHeaders } from '../http/listener.ts'

/** The headers of each client dialect that mean something to its provider. Credentials are never among them. */
const travelling: Readonly<Partial<Record<Shape, readonly string[]>>> = {
  'anthropic-messages': ['anthropic-beta', 'anthropic-version'],
  'openai-chat': ['openai-beta'],
  'openai-responses': ['openai-beta'],
}

export function dialectHeaders(headers: RequestHeaders, shape: Shape): Readonly<Record<string, string>> {
  const out: Record<string, string> = {}
  for (const name of travelling[shape] ?? []) {
    const value = headers.get(name)
    if (value !== null) out[name] = value
  }
  return out
}
