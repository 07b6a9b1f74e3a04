import {
  Binary,
  type Codec,
  type Incoming,
  type Outgoing,
  type Payload,
  type Provider,
  type ProviderEnv,
  type Target,
} from '@switchyard/core'
import {
  arrayOf,
  compact,
  isString,
  numberOf,
  objectOf,
  objectsOf,
  stringOf,
  type GatewayError,
  type JsonObject,
} from '@switchyard/wire'
import { joinUrl } from '../../url.ts'

/** What a client asks of a search, in LiteLLM's fields (docs.litellm.ai/docs/search, 2026-11-22). */
export interface SearchAsk {
  readonly query: string
  readonly maxResults: number | undefined
  readonly domains: readonly string[]
  /** Two letters. */
  readonly country: string | undefined
  /** Fields of the house's own. */
  readonly own: JsonObject
}

/** A search engine behind an API. */
export interface SearchHouse {
  readonly id: string
  readonly name: string
  readonly aliases?: readonly string[]
  /** Undefined: everybody has their own. */
  readonly base?: string
  readonly baseEnv: string
  readonly path: string
  readonly key: readonly string[]
  readonly keyless?: true
  /** The header of the key; without one it is a bearer's. */
  readonly keyHeader?: string
  /** Keys that are more than the text of one header. */
  readonly sign?: NonNullable<Provider['prepare']>
  /** The question stands in the URL. */
  readonly asksByUrl?: true
  /** The body is a list of questions, with one in it. */
  readonly asksByList?: true
  readonly params?: NonNullable<Provider['params']>
  readonly write: (ask: SearchAsk, target: Target) => JsonObject
  /** Where the results stand in the reply. */
  readonly results: (reply: JsonObject) => unknown
  /** A reply of status 200 that says that the search failed. */
  readonly failure?: (reply: JsonObject) => GatewayError | undefined
  /** The first of these fields that a result has. */
  readonly snippet: readonly string[]
  readonly title?: string
  readonly link?: string
  readonly date?: string
}

const known: ReadonlySet<string> = new Set([
  'model',
  'query',
  'max_results',
  'search_domain_filter',
  'country',
  'max_tokens_per_page',
])

function askOf(body: JsonObject): SearchAsk {
  const { query, max_results: most, search_domain_filter: domains, country } = body
  return {
    query: isString(query) ? query : arrayOf(query).filter(isString).join(' '),
    maxResults: numberOf(most),
    domains: arrayOf(domains).filter(isString),
    country: stringOf(country)?.toLowerCase(),
    own: Object.fromEntries(Object.entries(body).filter(([name]) => !known.has(name))),
  }
}

/** Engines that know no filter of domains take operators in the question. */
export function withDomains({ query, domains }: SearchAsk): string {
  const wanted = (included(domains) ?? []).map((domain) => `site:${domain}`).join(' OR ')
  const unwanted = (excluded(domains) ?? []).map((domain) => `-site:${domain}`)
  return [query, wanted, ...unwanted].filter((part) => part !== '').join(' ')
}

const isExcluded = (domain: string): boolean => domain.startsWith('-')

/** Empty lists might mean "from nowhere". */
const listed = (domains: readonly string[]): readonly string[] | undefined => (domains.length === 0 ? undefined : domains)

export const included = (domains: readonly string[]): readonly string[] | undefined =>
  listed(domains.filter((domain) => !isExcluded(domain)))

/** A dash before a domain leaves it out (docs.perplexity.ai, search_domain_filter). */
export const excluded = (domains: readonly string[]): readonly string[] | undefined =>
  listed(domains.filter(isExcluded).map((domain) => domain.slice(1)))

function codecOf(house: SearchHouse): Codec {
  return {
    write: (body, target): Payload => {
      const ask = askOf(body)
      const fields = compact({ ...house.write(ask, target), ...ask.own })
      if (house.asksByList) return { binary: new Binary(encoder.encode(JSON.stringify([fields])), 'application/json') }
      if (house.asksByUrl === undefined) return { json: fields }
      return { json: {}, query: Object.entries(fields).map(([name, value]) => [name, String(value)] as const) }
    },
    read: (reply, request) => {
      const body = objectOf(reply) ?? {}
      const failure = house.failure?.(body)
      if (failure !== undefined) throw failure
      const found = objectsOf(house.results(body)).map((one) => resultOf(one, house))
      // Some houses answer a page, whatever was asked for.
      return { object: 'search', results: found.slice(0, numberOf(request['max_results'])) }
    },
  }
}

const encoder = new TextEncoder()

function resultOf(one: JsonObject, { snippet, title = 'title', link = 'url', date }: SearchHouse): JsonObject {
  const text = snippet.map((name) => one[name]).find((value) => (isString(value) ? value !== '' : arrayOf(value).length > 0))
  return compact({
    title: stringOf(one[title]) ?? stringOf(one['name']) ?? '',
    url: stringOf(one[link]) ?? '',
    snippet: isString(text) ? text : arrayOf(text).filter(isString).join('\n'),
    date: date === undefined ? undefined : stringOf(one[date]),
  })
}

const askByUrl = (outgoing: Outgoing, env: ProviderEnv, signal: AbortSignal): Promise<Incoming> => {
  const { 'content-type': _, ...headers } = outgoing.headers
  return env.send({ url: outgoing.url, method: 'GET', headers, body: undefined }, { signal })
}

function authOf({ sign, keyHeader }: SearchHouse): Provider['auth'] {
  if (sign !== undefined) return { kind: 'prepare' }
  return keyHeader === undefined ? { kind: 'bearer' } : { kind: 'header', name: keyHeader }
}

export function searchProvider(house: SearchHouse): Provider {
  return {
    id: house.id,
    name: house.name,
    ...(house.aliases === undefined ? {} : { aliases: house.aliases }),
    keyEnv: house.key,
    ...(house.keyless === undefined ? {} : { keyless: true }),
    auth: authOf(house),
    ...(house.sign === undefined ? {} : { prepare: house.sign }),
    ...(house.base === undefined ? {} : { baseUrl: house.base }),
    baseEnv: [house.baseEnv],
    ...(house.params === undefined ? {} : { params: house.params }),
    endpoints: { search: [{ shape: 'native', path: house.path }] },
    url: ({ baseUrl }, { path }) =>
      baseUrl.replace(/\/+$/, '').endsWith(path) ? baseUrl.replace(/\/+$/, '') : joinUrl(baseUrl, path),
    codecs: { search: codecOf(house) },
    ...(house.asksByUrl === undefined ? {} : { exchange: (outgoing, _target, env, signal) => askByUrl(outgoing, env, signal) }),
  }
}
