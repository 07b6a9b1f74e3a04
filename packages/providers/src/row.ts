import {
  measuredOf,
  type Endpoint,
  type KeptKind,
  type MeasuredOperation,
  type Operation,
  type Outgoing,
  type PassThrough,
  type Provider,
  type Quirk,
  type Shape,
  type Target,
} from '@switchyard/core'
import { cohereLikeRerank } from './rerank.ts'
import { usualTune, withoutEffort } from './tuning.ts'

/** Words separated by spaces: the shortest form in which a table can hold a list. */
type Words = string

/** A route beside chat that OpenAI-compatible providers may have. */
type Route = 'completion' | 'embedding' | 'responses' | 'messages' | MeasuredOperation

const usualPaths: Readonly<Record<Route, string>> = {
  completion: '/completions',
  embedding: '/embeddings',
  responses: '/responses',
  messages: '/messages',
  image_generation: '/images/generations',
  image_edit: '/images/edits',
  image_variation: '/images/variations',
  transcription: '/audio/transcriptions',
  translation: '/audio/translations',
  speech: '/audio/speech',
  moderation: '/moderations',
  rerank: '/rerank',
  ocr: '/ocr',
  search: '/search',
  video: '/videos',
}

/** Those whose bodies are as OpenAI's, or Mistral's. Rerank goes through a codec, for its replies differ. */
const relayed = [
  'image_generation',
  'image_edit',
  'image_variation',
  'transcription',
  'translation',
  'speech',
  'moderation',
  'ocr',
  'search',
  'video',
] as const satisfies readonly MeasuredOperation[]

/** Where a provider differs from OpenAI's own API; what is absent is as usual. */
export interface Differences {
  readonly aliases?: Words
  /** Variables of the key, in the order tried; usually `<ID>_API_KEY`. */
  readonly key?: Words
  /** Variables of the base URL, in the order tried; usually `<ID>_API_BASE`. */
  readonly baseEnv?: Words
  readonly hosts?: Words
  readonly keyless?: true
  /** Sent where no key is set. */
  readonly standInKey?: string
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
  /** What all models can do, in the catalog's words. */
  readonly abilities?: Words
  readonly refuses?: Words
  readonly ignores?: Words
  /** Parameters of chat beyond those that are asked of every server (`Endpoint.knows`). */
  readonly knows?: Words
  readonly headers?: Readonly<Record<string, string>>
  readonly quirks?: readonly Quirk[]
  /** What it keeps for its customers at OpenAI's paths. */
  readonly keeps?: readonly KeptKind[]
  /** Its own clients may be pointed at the gateway. */
  readonly passThrough?: PassThrough
}

/** A compatible provider from its row. `base` is undefined where every customer has their own. */
export function row(id: string, name: string, base: string | undefined, differences: Differences = {}): Provider {
  const { aliases, hosts, refuses, keyless, standInKey, headers, keeps } = differences
  const stem = id.toUpperCase().replaceAll('-', '_')
  const quirks = [...(differences.oldMaxTokens ? [oldMaxTokens] : []), ...(differences.quirks ?? [])]
  const ignores = [...(differences.takesUser ? [] : ['user']), ...list(differences.ignores)]
  const endpoints = endpointsOf(differences)
  return {
    id,
    name,
    ...(aliases === undefined ? {} : { aliases: list(aliases) }),
    keyEnv: list(differences.key ?? `${stem}_API_KEY`),
    ...(keyless ? { keyless } : {}),
    ...(standInKey === undefined ? {} : { standInKey }),
    auth: { kind: 'bearer' },
    ...(base === undefined ? {} : { baseUrl: base }),
    baseEnv: list(differences.baseEnv ?? `${stem}_API_BASE`),
    ...(hosts === undefined ? {} : { hosts: list(hosts) }),
    endpoints,
    ...(endpoints.rerank === undefined ? {} : { codecs: { rerank: cohereLikeRerank } }),
    ...(headers === undefined ? {} : { headers }),
    ...(differences.abilities === undefined ? {} : { abilities: list(differences.abilities) }),
    ...(quirks.length === 0 ? {} : { quirks }),
    ...(refuses === undefined ? {} : { refuses: list(refuses) }),
    ...(ignores.length === 0 ? {} : { ignores }),
    ...(keeps === undefined ? {} : { keeps: { paths: Object.fromEntries(keeps.map((kind) => [kind, `/${kind}`])) } }),
    ...(differences.passThrough === undefined ? {} : { passThrough: differences.passThrough }),
    tune: differences.takesDeveloper ? withoutEffort : usualTune,
    ...(hasMessages(differences) ? { prepare: signMessages } : {}),
  }
}

const oldMaxTokens: Quirk = { do: 'rename', field: 'max_completion_tokens', to: 'max_tokens' }

const hasMessages = ({ serves, routes }: Differences): boolean =>
  serves?.includes('messages') === true || routes?.messages !== undefined

const list = (words: Words | undefined): readonly string[] => words?.split(' ').filter((word) => word !== '') ?? []

function endpointsOf(differences: Differences): Provider['endpoints'] {
  const { prefix = '', chat = '/chat/completions', serves = [], routes = {}, knows } = differences
  const at = (route: Route): string | undefined => routes[route] ?? (serves.includes(route) ? usualPaths[route] : undefined)
  const served = (shape: Shape, path: string | undefined): readonly Endpoint[] =>
    path === undefined ? [] : [{ shape, path: prefix + path }]
  const all = {
    chat: [
      ...served('openai-chat', chat === false ? undefined : chat).map((one) =>
        knows === undefined ? one : { ...one, knows: list(knows) },
      ),
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
  for (const operation of relayed) {
    const found = served(measuredOf(operation).shape, at(operation))
    if (found.length > 0) endpoints[operation] = found
  }
  const rerank = served('native', at('rerank'))
  if (rerank.length > 0) endpoints.rerank = rerank
  return endpoints
}

/** Compatible providers take the key on their Anthropic route as Anthropic does (recorded with LiteLLM 1.106, 2026-11-22). */
export function signMessages(outgoing: Outgoing, target: Target): void {
  if (target.key === undefined || !outgoing.url.endsWith('/messages')) return
  outgoing.headers['x-api-key'] = target.key.reveal()
  outgoing.headers['anthropic-version'] ??= '2023-06-01'
  delete outgoing.headers['authorization']
}
