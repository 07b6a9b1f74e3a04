import type { JsonObject } from '@switchyard/wire'
import { routes } from '../../packages/gateway/src/http/routes.ts'
import type { Route } from '../../packages/gateway/src/http/route.ts'

/** The manifest's path with something in its holes. */
export const pathOf = ({ path }: Route, id: string): string =>
  path.replace(/\{model(:path)?\}/, 'chat').replace(/\{\w+(:path)?\}/, id)

export const callRoutes: readonly Route[] = routes.filter((route) => route.meter === 'call')

/** Where the model stands in the path of these, it stands there; elsewhere in the body. */
export const urlOfCall = ({ path }: Route, model: string): string => path.replace('{model:path}', model)

/** The smallest body that the route serves. */
export function bodyOfCall({ path, dialect }: Route, model: string): JsonObject {
  if (path === '/utils/token_counter') return { model, prompt: 'hi' }
  if (dialect === 'gemini') return { contents: [{ role: 'user', parts: [{ text: 'hi' }] }] }
  if (dialect === 'openai-responses') return { model, input: 'hi' }
  if (path.includes('embeddings')) return { model, input: 'hi' }
  if (path.endsWith('/completions') && !path.endsWith('/chat/completions')) return { model, prompt: 'hi' }
  return { model, max_tokens: 16, messages: [{ role: 'user', content: 'hi' }] }
}

const piece = 8

/** The runs of eight characters of `secret` that stand in `text`: none may (reliability facts §5.41). */
export function piecesIn(text: string, secret: string): readonly string[] {
  const found: string[] = []
  for (let at = 0; at + piece <= secret.length; at++) {
    const part = secret.slice(at, at + piece)
    if (text.includes(part)) found.push(part)
  }
  return found
}
