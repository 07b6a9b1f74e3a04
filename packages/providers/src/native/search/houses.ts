import type { Provider } from '@switchyard/core'
import { compact, fail, objectOf, stringOf, type JsonObject } from '@switchyard/wire'
import { nameOfCountry } from './country.ts'
import { resellers } from './resellers.ts'
import { excluded, included, searchProvider, withDomains, type SearchHouse } from './search-house.ts'

// Search engines by the references of their APIs; hosts and variables as LiteLLM 1.106.2 has them (2026-11-22).

const houses: readonly SearchHouse[] = [
  {
    id: 'tavily',
    name: 'Tavily',
    base: 'https://api.tavily.com',
    baseEnv: 'TAVILY_API_BASE',
    path: '/search',
    key: ['TAVILY_API_KEY'],
    write: ({ query, maxResults, domains, country }, { model }) => ({
      query,
      max_results: maxResults,
      search_depth: model.endsWith('advanced') ? 'advanced' : undefined,
      include_domains: included(domains),
      exclude_domains: excluded(domains),
      country: country === undefined ? undefined : nameOfCountry(country).toLowerCase(),
    }),
    results: ({ results }) => results,
    snippet: ['content'],
    date: 'published_date',
  },
  {
    id: 'exa_ai',
    name: 'Exa',
    aliases: ['exa'],
    base: 'https://api.exa.ai',
    baseEnv: 'EXA_API_BASE',
    path: '/search',
    key: ['EXA_API_KEY'],
    keyHeader: 'x-api-key',
    write: ({ query, maxResults, domains, country }) => ({
      query,
      numResults: maxResults,
      includeDomains: included(domains),
      excludeDomains: excluded(domains),
      userLocation: country?.toUpperCase(),
      contents: { text: true },
    }),
    results: ({ results }) => results,
    snippet: ['text', 'summary', 'highlights'],
    date: 'publishedDate',
  },
  {
    id: 'brave',
    name: 'Brave Search',
    base: 'https://api.search.brave.com/res/v1',
    baseEnv: 'BRAVE_API_BASE',
    path: '/web/search',
    key: ['BRAVE_API_KEY'],
    keyHeader: 'x-subscription-token',
    asksByUrl: true,
    write: (ask) => ({ q: withDomains(ask), count: ask.maxResults, country: ask.country?.toUpperCase() }),
    results: ({ web }) => objectOf(web)?.['results'],
    snippet: ['description'],
    date: 'page_age',
  },
  {
    id: 'serper',
    name: 'Serper',
    base: 'https://google.serper.dev',
    baseEnv: 'SERPER_API_BASE',
    path: '/search',
    key: ['SERPER_API_KEY'],
    keyHeader: 'x-api-key',
    write: (ask) => ({ q: withDomains(ask), num: ask.maxResults, gl: ask.country }),
    results: ({ organic }) => organic,
    snippet: ['snippet'],
    link: 'link',
    date: 'date',
  },
  {
    id: 'parallel_ai',
    name: 'Parallel',
    base: 'https://api.parallel.ai',
    baseEnv: 'PARALLEL_AI_API_BASE',
    path: '/v1/search',
    key: ['PARALLEL_AI_API_KEY', 'PARALLEL_API_KEY'],
    keyHeader: 'x-api-key',
    write: ({ query, maxResults, domains }, { model }) => ({
      search_queries: [query],
      mode: /-(fast|turbo)$/.exec(model)?.[1],
      advanced_settings: settingsOf({
        max_results: maxResults,
        source_policy:
          domains.length === 0 ? undefined : { include_domains: included(domains), exclude_domains: excluded(domains) },
      }),
    }),
    results: ({ results }) => results,
    snippet: ['excerpts'],
    date: 'publish_date',
  },
  {
    id: 'firecrawl',
    name: 'Firecrawl',
    base: 'https://api.firecrawl.dev/v2',
    baseEnv: 'FIRECRAWL_API_BASE',
    path: '/search',
    key: ['FIRECRAWL_API_KEY'],
    write: (ask) => ({ query: withDomains(ask), limit: ask.maxResults, country: ask.country?.toUpperCase() }),
    results: ({ data }) => objectOf(data)?.['web'] ?? data,
    snippet: ['markdown', 'description'],
  },
  {
    id: 'linkup',
    name: 'Linkup',
    base: 'https://api.linkup.so/v1',
    baseEnv: 'LINKUP_API_BASE',
    path: '/search',
    key: ['LINKUP_API_KEY'],
    write: ({ query, maxResults, domains }, { model }) => ({
      q: query,
      depth: model.endsWith('deep') ? 'deep' : 'standard',
      outputType: 'searchResults',
      maxResults,
      includeDomains: included(domains),
      excludeDomains: excluded(domains),
    }),
    results: ({ results }) => results,
    snippet: ['content'],
  },
  {
    id: 'searxng',
    name: 'SearXNG',
    baseEnv: 'SEARXNG_API_BASE',
    path: '/search',
    key: ['SEARXNG_API_KEY'],
    keyless: true,
    asksByUrl: true,
    write: (ask) => ({ q: withDomains(ask), format: 'json' }),
    results: ({ results }) => results,
    snippet: ['content'],
    date: 'publishedDate',
  },
  {
    id: 'google_pse',
    name: 'Google Programmable Search',
    base: 'https://www.googleapis.com',
    baseEnv: 'GOOGLE_PSE_API_BASE',
    path: '/customsearch/v1',
    key: ['GOOGLE_PSE_API_KEY'],
    // The reference shows the key in the query; Google's APIs take it in this header as well, where no log writes it down.
    keyHeader: 'x-goog-api-key',
    asksByUrl: true,
    params: { cx: { env: ['GOOGLE_PSE_ENGINE_ID'] } },
    write: (ask, { params }) => ({ q: withDomains(ask), num: ask.maxResults, gl: ask.country, cx: engineOf(params['cx']) }),
    results: ({ items }) => items,
    snippet: ['snippet'],
    link: 'link',
  },
  {
    id: 'searchapi',
    name: 'SearchApi',
    base: 'https://www.searchapi.io/api/v1',
    baseEnv: 'SEARCHAPI_API_BASE',
    path: '/search',
    key: ['SEARCHAPI_API_KEY'],
    asksByUrl: true,
    write: (ask) => ({ engine: 'google', q: withDomains(ask), num: ask.maxResults, gl: ask.country }),
    results: ({ organic_results: results }) => results,
    snippet: ['snippet'],
    link: 'link',
    date: 'date',
  },
  {
    id: 'you_com',
    name: 'You.com',
    base: 'https://ydc-index.io',
    baseEnv: 'YOUCOM_API_BASE',
    path: '/v1/search',
    key: ['YOUCOM_API_KEY'],
    keyHeader: 'x-api-key',
    asksByUrl: true,
    write: (ask) => ({ query: withDomains(ask), count: ask.maxResults, country: ask.country?.toUpperCase() }),
    results: ({ results }) => objectOf(results)?.['web'],
    snippet: ['snippets', 'description'],
    date: 'page_age',
  },
]

/** No settings rather than empty ones. */
function settingsOf(settings: JsonObject): JsonObject | undefined {
  const given = compact(settings)
  return Object.keys(given).length === 0 ? undefined : given
}

function engineOf(engine: unknown): string {
  const id = stringOf(engine) ?? ''
  if (id !== '') return id
  throw fail('bad_request', 'Google Programmable Search needs an engine: set GOOGLE_PSE_ENGINE_ID, or cx in the deployment.', {
    param: 'cx',
  })
}

export const searchHouses: readonly Provider[] = [...houses, ...resellers].map(searchProvider)
