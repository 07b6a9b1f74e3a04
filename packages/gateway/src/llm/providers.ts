import type { Provider } from '@switchyard/core'
import { providers } from '@switchyard/providers'
import { isObject, stringOf, type JsonObject } from '@switchyard/wire'
import type { Context } from '../http/context.ts'
import { jsonResponse } from '../http/reply.ts'
import capabilities from './generated/provider-capabilities.json' with { type: 'json' }

/** What is told of a provider: how it is reached, and what fixtures prove of it (docs/providers). */
export interface ProviderDescription {
  readonly id: string
  readonly name: string
  readonly aliases: readonly string[]
  readonly key_env: readonly string[]
  /** Null where every customer has their own. */
  readonly api_base: string | null
  /** All that it has endpoints for. */
  readonly operations: readonly string[]
  /** Features of chats, and further operations, that were run against a fixture. */
  readonly proven: readonly string[]
  /** Features of chats that are refused before anything is sent. */
  readonly refused: readonly string[]
  /** Features of chats that are left out, and told in the list of losses. */
  readonly left_out: readonly string[]
}

const found: Readonly<JsonObject> = capabilities

const list = (words: unknown): readonly string[] =>
  stringOf(words)
    ?.split(', ')
    .filter((word) => word !== '') ?? []

function describe({ id, name, aliases = [], keyEnv, baseUrl, endpoints }: Provider): ProviderDescription {
  const entry = found[id]
  const { chat, operations, refused, leftOut } = isObject(entry) ? entry : {}
  return {
    id,
    name,
    aliases,
    key_env: keyEnv,
    api_base: baseUrl ?? null,
    operations: Object.keys(endpoints),
    proven: [...list(chat), ...list(operations)],
    refused: list(refused),
    left_out: list(leftOut),
  }
}

export const describeProviders = (): readonly ProviderDescription[] =>
  providers.map(describe).toSorted((a, b) => (a.id < b.id ? -1 : 1))

/** LiteLLM's list of names; with `?capabilities=true` what is known of each. */
export function publicProviders({ query }: Context): Response {
  const described = describeProviders()
  return jsonResponse(query.get('capabilities') === 'true' ? { data: described } : described.map(({ id }) => id))
}
