import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Payload } from '@switchyard/core'
import type { JsonObject } from '@switchyard/wire'
import { codecOf, exchanged, jsonOf, ofKind, posted, replied, targetFor } from '../../operations.fixture.ts'
import { findProvider } from '../../registry.ts'
import { sentBy } from '../../requests.fixture.ts'

const house = (id: string) => findProvider(id) ?? assert.fail(id)

const asked = (id: string, more: JsonObject = {}, model = 'search', params: JsonObject = {}): Payload =>
  codecOf(house(id), 'search').write({ query: 'bikes', ...more }, targetFor(model, { params }), [])

const filtered = { max_results: 3, search_domain_filter: ['a.org', '-b.org'], country: 'DE' }

test('each engine is asked in its own words', () => {
  assert.deepEqual(jsonOf(asked('tavily', filtered, 'search-advanced')), {
    query: 'bikes',
    max_results: 3,
    search_depth: 'advanced',
    include_domains: ['a.org'],
    exclude_domains: ['b.org'],
    country: 'germany',
  })
  assert.deepEqual(jsonOf(asked('exa_ai', filtered)), {
    query: 'bikes',
    numResults: 3,
    includeDomains: ['a.org'],
    excludeDomains: ['b.org'],
    userLocation: 'DE',
    contents: { text: true },
  })
  assert.deepEqual(jsonOf(asked('serper', filtered)), { q: 'bikes site:a.org -site:b.org', num: 3, gl: 'de' })
  assert.deepEqual(jsonOf(asked('parallel_ai', { max_results: 3 }, 'search-fast')), {
    search_queries: ['bikes'],
    mode: 'fast',
    advanced_settings: { max_results: 3 },
  })
  assert.deepEqual(asked('brave', { max_results: 3 }).query, [
    ['q', 'bikes'],
    ['count', '3'],
  ])
  assert.deepEqual(jsonOf(asked('linkup', {}, 'search-deep')), { q: 'bikes', depth: 'deep', outputType: 'searchResults' })
})

test('fields of the engine’s own travel; several questions are one', () => {
  assert.equal(jsonOf(asked('tavily', { topic: 'news' }))['topic'], 'news')
  assert.equal(jsonOf(asked('serper', { query: ['bikes', 'boats'] }))['q'], 'bikes boats')
})

test('a question in the URL is a GET without a body, and the key stays in its header', async () => {
  const brave = house('brave')
  const { url, headers } = await sentBy(brave, {}, { operation: 'search', apiKey: 'k' })
  assert.equal(url, 'https://api.search.brave.com/res/v1/web/search')
  assert.equal(headers['x-subscription-token'], 'k')
  const { sent } = await exchanged(brave, posted(`${url}?q=bikes`, '{}', { 'x-subscription-token': 'k' }), [replied({})])
  assert.deepEqual(sent[0], { url: `${url}?q=bikes`, method: 'GET', headers: { 'x-subscription-token': 'k' }, body: undefined })
})

test('a base may be given with the route', async () => {
  const { url } = await sentBy(
    house('brave'),
    {},
    { operation: 'search', apiKey: 'k', apiBase: 'https://x.example/v1/web/search' },
  )
  assert.equal(url, 'https://x.example/v1/web/search')
})

test('results in one shape', () => {
  const read = (id: string, reply: JsonObject): unknown => codecOf(house(id), 'search').read(reply, {}, targetFor('search'))
  const expected = { object: 'search', results: [{ title: 'T', url: 'https://a', snippet: 'S' }] }
  assert.deepEqual(read('tavily', { results: [{ title: 'T', url: 'https://a', content: 'S' }] }), expected)
  assert.deepEqual(read('serper', { organic: [{ title: 'T', link: 'https://a', snippet: 'S' }] }), expected)
  assert.deepEqual(read('brave', { web: { results: [{ title: 'T', url: 'https://a', description: 'S' }] } }), expected)
  assert.deepEqual(read('parallel_ai', { results: [{ title: 'T', url: 'https://a', excerpts: ['S'] }] }), expected)
  assert.deepEqual(
    read('you_com', { results: { web: [{ title: 'T', url: 'https://a', snippets: [], description: 'S' }] } }),
    expected,
  )
  assert.deepEqual(read('google_pse', {}), { object: 'search', results: [] })
})

test('google_pse: the engine, and the key outside the URL', () => {
  assert.deepEqual(asked('google_pse', {}, 'search', { cx: 'e1' }).query, [
    ['q', 'bikes'],
    ['cx', 'e1'],
  ])
  assert.throws(() => asked('google_pse'), ofKind('bad_request'))
  assert.deepEqual(house('google_pse').auth, { kind: 'header', name: 'x-goog-api-key' })
})
