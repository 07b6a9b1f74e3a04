import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '@switchyard/wire'
import { binaryOf, codecOf, jsonOf, ofKind, posted, targetFor } from '../../operations.fixture.ts'
import { findProvider } from '../../registry.ts'
import { sentBy } from '../../requests.fixture.ts'

const house = (id: string) => findProvider(id) ?? assert.fail(id)
const codec = (id: string) => codecOf(house(id), 'search')
const target = targetFor('search')
const ask = { query: 'bikes', max_results: 2, search_domain_filter: ['a.org'], country: 'DE' }
const read = (id: string, reply: unknown): JsonObject => {
  const result = codec(id).read(reply, ask, target)
  return 'object' in result ? result : assert.fail('not JSON')
}

test('DataForSEO: a list of one task, by login and password', async () => {
  const sent = binaryOf(codec('dataforseo').write(ask, target, []))
  assert.equal(sent.contentType, 'application/json')
  assert.deepEqual(JSON.parse(new TextDecoder().decode(sent.bytes)), [
    { keyword: 'bikes site:a.org', location_name: 'Germany', language_code: 'en', depth: 2 },
  ])
  const env = { DATAFORSEO_LOGIN: 'me', DATAFORSEO_PASSWORD: 'pw' }
  const { url, headers } = await sentBy(house('dataforseo'), {}, { operation: 'search', env })
  assert.equal(url, 'https://api.dataforseo.com/v3/serp/google/organic/live/advanced')
  assert.equal(headers['authorization'], `Basic ${btoa('me:pw')}`)
  const paired = await sentBy(house('dataforseo'), {}, { operation: 'search', apiKey: 'a:b' })
  assert.equal(paired.headers['authorization'], `Basic ${btoa('a:b')}`)
})

test('DataForSEO: organic results, and failures of status 200', () => {
  const items = [
    { type: 'paid', title: 'Ad', url: 'https://ad.example' },
    { type: 'organic', title: 'Bikes', url: 'https://a.org', description: 'All of them.' },
  ]
  const reply = { status_code: 20000, tasks: [{ status_code: 20000, result: [{ items }] }] }
  assert.deepEqual(read('dataforseo', reply)['results'], [{ title: 'Bikes', url: 'https://a.org', snippet: 'All of them.' }])
  const refused = { status_code: 20000, tasks: [{ status_code: 40200, status_message: 'Payment Required.' }] }
  assert.throws(() => read('dataforseo', refused), ofKind('payment_required'))
  assert.throws(() => read('dataforseo', { status_code: 40100, status_message: 'You are not authorized.' }), ofKind('auth'))
  assert.deepEqual(read('dataforseo', { tasks: [{ status_code: 40102, status_message: 'No Search Results.' }] })['results'], [])
})

test('DuckDuckGo: the answer, then what is related, and no more than was asked for', () => {
  assert.deepEqual(codec('duckduckgo').write(ask, target, []).query, [
    ['q', 'bikes site:a.org'],
    ['format', 'json'],
    ['no_html', '1'],
    ['skip_disambig', '1'],
  ])
  const topic = (name: string): JsonObject => ({ FirstURL: `https://d.example/${name}`, Text: `${name} - a kind of bike` })
  const reply = {
    Heading: 'Bicycle',
    AbstractText: 'A vehicle.',
    AbstractURL: 'https://w.example/bicycle',
    RelatedTopics: [{ Name: 'Kinds', Topics: [topic('Tandem')] }, topic('Unicycle')],
  }
  assert.deepEqual(read('duckduckgo', reply)['results'], [
    { title: 'Bicycle', url: 'https://w.example/bicycle', snippet: 'A vehicle.' },
    { title: 'Tandem', url: 'https://d.example/Tandem', snippet: 'Tandem - a kind of bike' },
  ])
})

test('TinyFish, Nimble and fastCRW', async () => {
  assert.deepEqual(codec('tinyfish').write(ask, target, []).query, [
    ['query', 'bikes site:a.org'],
    ['location', 'DE'],
  ])
  const { url, headers } = await sentBy(house('tinyfish'), {}, { operation: 'search', apiKey: 'k' })
  assert.deepEqual([url, headers['x-api-key']], ['https://api.search.tinyfish.ai/', 'k'])
  assert.deepEqual(jsonOf(codec('nimble').write(ask, target, [])), { query: 'bikes site:a.org', max_results: 2, country: 'DE' })
  assert.deepEqual(jsonOf(codec('fastcrw').write(ask, target, [])), { query: 'bikes site:a.org', limit: 2 })
  const found = { title: 'Bikes', url: 'https://a.org' }
  const said = [{ ...found, snippet: 'All of them.' }]
  assert.deepEqual(read('tinyfish', { results: said })['results'], said)
  assert.deepEqual(read('nimble', { results: [{ ...found, description: 'All of them.', content: '' }] })['results'], said)
  assert.deepEqual(read('fastcrw', { success: true, data: [{ ...found, description: 'All of them.' }] })['results'], said)
})

test('APISerpent: quick and deep searches', async () => {
  assert.deepEqual(codec('apiserpent').write(ask, target, []).query, [
    ['q', 'bikes site:a.org'],
    ['num', '2'],
    ['country', 'de'],
  ])
  const { url, headers } = await sentBy(house('apiserpent'), {}, { operation: 'search', apiKey: 'k' })
  assert.deepEqual([url, headers['x-api-key']], ['https://apiserpent.com/api/search/quick', 'k'])
  const deep = posted(`${url}?q=bikes&deep=true`)
  const env = { variable: () => undefined, now: () => 0, send: () => assert.fail('a test has no network') }
  await house('apiserpent').prepare?.(deep, target, env)
  assert.equal(deep.url, 'https://apiserpent.com/api/search?q=bikes')
  const organic = [{ title: 'Bikes', url: 'https://a.org', snippet: 'All of them.' }]
  assert.deepEqual(read('apiserpent', { success: true, results: { organic } })['results'], organic)
  assert.throws(() => read('apiserpent', { success: false, error: 'No engine answered.' }), ofKind('bad_gateway'))
})
