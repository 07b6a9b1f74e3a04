import type { Endpoint, Operation, Outgoing, Provider, Quirk, Shape, Target } from '@switchyard/core'
import { usualTune, withoutEffort } from './tuning.ts'

/** Words separated by spaces: the shortest form in which a table can hold a list. */
type Words = string

/** A route beside chat that OpenAI-compatible providers may have. */
type Route = 'completion' | 'embedding' | 'responses' | 'messages'

const usualPaths: Readonly<Record<Route, string>> = {
  completion: '/completions',
  embedding: '/embeddings',
  responses: '/responses',
  messages: '/messages',
}

/** Where a provider differs from OpenAI's own API; what is absent is as usual. */
export interface Differences {
  readonly aliases?: Words
  /** Variables of the key, in the order tried; usually `<ID>_API_KEY`. */
  readonly key?: Words
  /** Variables of the base URL, in the order tried; usually `<ID>_API_BASE`. */
  readonly baseEnv?: Words
  readonly hosts?: Words
  readonly keyless?: true
  /** Stands between the base URL and every route. */
  readonly prefix?: string
  /** The chat route where it is not `/chat/completions`; `false`: the provider does not chat. */
  readonly chat?: string | false
  /** Further routes at their usual paths. */
  readonly serves?: readonly Route[]
  /** Further routes at paths of their own. */
  readonly routes?: Readonly<Partial<Record<Route, string>>>
  /** Knows `max_tokens` only, by its old name. */
  readonly oldMaxTokens?: true
  /** Takes `user`; most do not. */
  readonly takesUser?: true
  /** Takes the role `developer`; most do not. */
  readonly takesDeveloper?: true
  readonly refuses?: Words
  readonly ignores?: Words
  readonly headers?: Readonly<Record<string, string>>
  readonly quirks?: readonly Quirk[]
}

/** A compatible provider from its row. `base` is undefined where every customer has their own. */
export function row(id: string, name: string, base: string | undefined, differences: Differences = {}): Provider {
  const { aliases, hosts, refuses, keyless, headers } = differences
  const stem = id.toUpperCase().replaceAll('-', '_')
  const quirks = [...(differences.oldMaxTokens ? [oldMaxTokens] : []), ...(differences.quirks ?? [])]
  const ignores = [...(differences.takesUser ? [] : ['user']), ...list(differences.ignores)]
  return {
    id,
    name,
    ...(aliases === undefined ? {} : { aliases: list(aliases) }),
    keyEnv: list(differences.key ?? `${stem}_API_KEY`),
    ...(keyless ? { keyless } : {}),
    auth: { kind: 'bearer' },
    ...(base === undefined ? {} : { baseUrl: base }),
    baseEnv: list(differences.baseEnv ?? `${stem}_API_BASE`),
    ...(hosts === undefined ? {} : { hosts: list(hosts) }),
    endpoints: endpointsOf(differences),
    ...(headers === undefined ? {} : { headers }),
    ...(quirks.length === 0 ? {} : { quirks }),
    ...(refuses === undefined ? {} : { refuses: list(refuses) }),
    ...(ignores.length === 0 ? {} : { ignores }),
    tune: differences.takesDeveloper ? withoutEffort : usualTune,
    ...(hasMessages(differences) ? { prepare: signMessages } : {}),
  }
}

const oldMaxTokens: Quirk = { do: 'rename', field: 'max_completion_tokens', to: 'max_tokens' }

const hasMessages = ({ serves, routes }: Differences): boolean =>
  serves?.includes('messages') === true || routes?.messages !== undefined

const list = (words: Words | undefined): readonly string[] => words?.split(' ').filter((word) => word !== '') ?? []

function endpointsOf({ prefix = '', chat = '/chat/completions', serves = [], routes = {} }: Differences): Provider['endpoints'] {
  const at = (route: Route): string | undefined => routes[route] ?? (serves.includes(route) ? usualPaths[route] : undefined)
  const served = (shape: Shape, path: string | undefined): readonly Endpoint[] =>
    path === undefined ? [] : [{ shape, path: prefix + path }]
  const all = {
    chat: [
      ...served('openai-chat', chat === false ? undefined : chat),
      ...served('openai-responses', at('responses')),
      ...served('anthropic-messages', at('messages')),
    ],
    completion: served('openai-completions', at('completion')),
    embedding: served('openai-embeddings', at('embedding')),
  }
  const endpoints: Partial<Record<Operation, readonly Endpoint[]>> = {}
  if (all.chat.length > 0) endpoints.chat = all.chat
  if (all.completion.length > 0) endpoints.completion = all.completion
  if (all.embedding.length > 0) endpoints.embedding = all.embedding
  return endpoints
}

/** Compatible providers take the key on their Anthropic route as Anthropic does (recorded with LiteLLM 1.106, 2026-11-22). */
export function signMessages(outgoing: Outgoing, target: Target): void {
  if (target.key === undefined || !outgoing.url.endsWith('/messages')) return
  outgoing.headers['x-api-key'] = target.key.reveal()
  outgoing.headers['anthropic-version'] ??= '2023-06-01'
  delete outgoing.headers['authorization']
}
