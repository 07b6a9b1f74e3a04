import { missingKey, type Outgoing, type Target } from '@switchyard/core'
import {
  compact,
  fail,
  kindOfUpstream,
  numberOf,
  objectOf,
  objectsOf,
  stringOf,
  type GatewayError,
  type JsonObject,
} from '@switchyard/wire'
import { base64Of } from '../../base64.ts'
import { secretText } from '../../secret-text.ts'
import { nameOfCountry } from './country.ts'
import { withDomains, type SearchHouse } from './search-house.ts'

// Search engines behind other engines, and small ones; by the pages named at each, read 2026-11-22.

const quickPath = '/api/search/quick'

export const resellers: readonly SearchHouse[] = [
  {
    // docs.dataforseo.com/v3/serp/google/organic/live/advanced
    id: 'dataforseo',
    name: 'DataForSEO',
    base: 'https://api.dataforseo.com',
    baseEnv: 'DATAFORSEO_API_BASE',
    path: '/v3/serp/google/organic/live/advanced',
    key: ['DATAFORSEO_API_KEY'],
    params: {
      login: { env: ['DATAFORSEO_LOGIN'] },
      password: { env: ['DATAFORSEO_PASSWORD'], secret: true, insteadOfKey: true },
    },
    sign: signWithLogin,
    asksByList: true,
    write: (ask) => ({
      keyword: withDomains(ask),
      location_name: nameOfCountry(ask.country ?? 'us'),
      language_code: 'en',
      depth: ask.maxResults,
    }),
    results: (reply) => objectsOf(resultOfTask(reply)['items']).filter(({ type }) => type === 'organic'),
    failure: failureOfTask,
    snippet: ['description'],
    date: 'timestamp',
  },
  {
    // api.duckduckgo.com: instant answers, which need no key.
    id: 'duckduckgo',
    name: 'DuckDuckGo',
    base: 'https://api.duckduckgo.com',
    baseEnv: 'DUCKDUCKGO_API_BASE',
    path: '/',
    key: [],
    keyless: true,
    asksByUrl: true,
    write: (ask) => ({ q: withDomains(ask), format: 'json', no_html: 1, skip_disambig: 1 }),
    results: instantAnswers,
    snippet: ['Text'],
    title: 'Heading',
    link: 'FirstURL',
  },
  {
    // docs.tinyfish.ai/search-api
    id: 'tinyfish',
    name: 'TinyFish',
    base: 'https://api.search.tinyfish.ai',
    baseEnv: 'TINYFISH_API_BASE',
    path: '/',
    key: ['TINYFISH_API_KEY'],
    keyHeader: 'x-api-key',
    asksByUrl: true,
    write: (ask) => ({ query: withDomains(ask), location: ask.country?.toUpperCase() }),
    results: ({ results }) => results,
    snippet: ['snippet'],
  },
  {
    // docs.nimbleway.com/nimble-sdk/search-api and /integrations/connectors/litellm
    id: 'nimble',
    name: 'Nimble',
    base: 'https://sdk.nimbleway.com/v2',
    baseEnv: 'NIMBLE_API_BASE',
    path: '/search',
    key: ['NIMBLE_API_KEY'],
    write: (ask) => ({ query: withDomains(ask), max_results: ask.maxResults, country: ask.country?.toUpperCase() }),
    results: ({ results }) => results,
    snippet: ['content', 'description'],
  },
  {
    // docs.fastcrw.com: Firecrawl's first API.
    id: 'fastcrw',
    name: 'fastCRW',
    aliases: ['crw'],
    base: 'https://fastcrw.com/api/v1',
    baseEnv: 'CRW_API_BASE',
    path: '/search',
    key: ['CRW_API_KEY'],
    write: (ask) => ({ query: withDomains(ask), limit: ask.maxResults }),
    results: ({ data }) => data,
    snippet: ['markdown', 'description', 'snippet'],
  },
  {
    // apiserpent.com/docs and docs.litellm.ai/docs/search/apiserpent
    id: 'apiserpent',
    name: 'APISerpent',
    base: 'https://apiserpent.com',
    baseEnv: 'APISERPENT_API_BASE',
    path: quickPath,
    key: ['APISERPENT_API_KEY'],
    sign: signOrDeepen,
    asksByUrl: true,
    write: (ask) => ({ q: withDomains(ask), num: ask.maxResults, country: ask.country }),
    results: ({ results }) => objectOf(results)?.['organic'],
    failure: ({ success, error, message }) =>
      success === false
        ? fail('bad_gateway', stringOf(error) ?? stringOf(message) ?? 'APISerpent answered without success.')
        : undefined,
    snippet: ['snippet'],
  },
]

/** A login and a password, or both as one key: `login:password`. */
function signWithLogin(outgoing: Outgoing, { key, params }: Target): void {
  const password = secretText(params['password'])
  const login = stringOf(params['login'])
  const pair = password === undefined || login === undefined ? key?.reveal() : `${login}:${password}`
  if (pair === undefined) throw missingKey('dataforseo', ['DATAFORSEO_LOGIN and DATAFORSEO_PASSWORD'])
  outgoing.headers['authorization'] = `Basic ${base64Of(new TextEncoder().encode(pair))}`
}

/** The thorough search has a path of its own; `deep` is LiteLLM's name for it. */
function signOrDeepen(outgoing: Outgoing, { key }: Target): void {
  if (key === undefined) throw missingKey('apiserpent', ['APISERPENT_API_KEY'])
  outgoing.headers['x-api-key'] = key.reveal()
  const url = new URL(outgoing.url)
  const deep = url.searchParams.get('deep')
  url.searchParams.delete('deep')
  if (deep === 'true') url.pathname = url.pathname.replace(/\/quick$/, '')
  outgoing.url = url.href
}

const taskOf = (reply: JsonObject): JsonObject => objectsOf(reply['tasks'])[0] ?? reply
const resultOfTask = (reply: JsonObject): JsonObject => objectsOf(taskOf(reply)['result'])[0] ?? {}

/** Statuses are those of HTTP with two digits behind them; 20000 is fine. */
function failureOfTask(reply: JsonObject): GatewayError | undefined {
  const { status_code: code, status_message: message } = taskOf(reply)
  const status = numberOf(code) ?? 0
  // 40102: nothing was found.
  if (status < 30000 || status === 40102) return undefined
  const text = stringOf(message) ?? `DataForSEO answered with ${status}.`
  return fail(kindOfUpstream(Math.floor(status / 100), text), text, {
    upstreamBody: compact({ status_code: code, status_message: message }),
  })
}

/** The answer itself, then what is related to it, in groups or without. */
function instantAnswers(reply: JsonObject): readonly JsonObject[] {
  const { Heading: heading, AbstractText: text, AbstractURL: url, Results: results, RelatedTopics: topics } = reply
  const answer = stringOf(text) === undefined || text === '' ? [] : [{ Heading: heading, Text: text, FirstURL: url }]
  const related = objectsOf(topics).flatMap((topic) => ('Topics' in topic ? objectsOf(topic['Topics']) : [topic]))
  return [...answer, ...objectsOf(results), ...related].map((one) => ({ ...one, Heading: one['Heading'] ?? titleOf(one) }))
}

/** Topics are told as `title - description`. */
const titleOf = ({ Text: text }: JsonObject): string => (stringOf(text) ?? '').split(' - ')[0] ?? ''
