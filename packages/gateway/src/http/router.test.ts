import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Route } from './route.ts'
import { Router } from './router.ts'
import { routes } from './routes.ts'

const route = (method: Route['method'], path: string): Route => ({
  method,
  path,
  auth: 'key',
  meter: 'free',
  guards: [],
  dialect: 'openai-chat',
  summary: '',
  serve: () => new Response(),
})

describe('the router', () => {
  const router = new Router([
    route('GET', '/models'),
    route('GET', '/models/{id:path}'),
    route('DELETE', '/things/{id}'),
    route('GET', '/things/{id}/parts/{part}'),
    route('POST', '/models/{model:path}:generate'),
    route('POST', '/v1.0/a+b'),
    route('GET', '/v1.0/{x}+b'),
  ])
  const find = (method: string, path: string): unknown => {
    const match = router.find(method, path)
    return match === undefined ? undefined : [match.route.path, { ...match.params }]
  }

  it('prefers exact paths, then patterns in their order', () => {
    assert.deepEqual(find('GET', '/models'), ['/models', {}])
    assert.deepEqual(find('GET', '/models/openai/gpt-4o'), ['/models/{id:path}', { id: 'openai/gpt-4o' }])
    assert.deepEqual(find('DELETE', '/things/a'), ['/things/{id}', { id: 'a' }])
    assert.deepEqual(find('GET', '/things/a/parts/b'), ['/things/{id}/parts/{part}', { id: 'a', part: 'b' }])
    assert.deepEqual(find('POST', '/models/a:b/c:generate'), ['/models/{model:path}:generate', { model: 'a:b/c' }])
  })

  it('does not find what is not there', () => {
    for (const [method, path] of [
      ['POST', '/models'],
      ['get', '/models'],
      ['HEAD', '/models'],
      ['GET', '/models/'],
      ['GET', '//models'],
      ['GET', '/Models'],
      ['GET', '/models?x'],
      ['DELETE', '/things/'],
      ['DELETE', '/things/a/b'],
      ['GET', '/things//parts/b'],
      ['POST', '/models/:generate'],
      ['POST', '/v1x0/a+b'],
      ['POST', '/v1.0/aab'],
      ['GET', ''],
      ['GET', '/__proto__'],
      ['GET', '/mod%65ls'],
      ['GET', '/models%2Fx'],
    ] as const) {
      assert.equal(find(method, path), undefined, `${method} ${path}`)
    }
  })

  it('decodes parameters once, after it has matched', () => {
    assert.deepEqual(find('DELETE', '/things/a%2Fb'), ['/things/{id}', { id: 'a/b' }])
    assert.deepEqual(find('DELETE', '/things/%252e%252e'), ['/things/{id}', { id: '%2e%2e' }])
    assert.deepEqual(find('DELETE', '/things/%E2%9A%93'), ['/things/{id}', { id: '⚓' }])
    assert.deepEqual(find('DELETE', '/things/%'), ['/things/{id}', { id: '%' }])
    assert.deepEqual(find('DELETE', '/things/%ff'), ['/things/{id}', { id: '%ff' }])
    assert.deepEqual(find('GET', '/models/../key/list'), ['/models/{id:path}', { id: '../key/list' }])
  })

  it('knows a path of another method', () => {
    assert.deepEqual(
      ['/models', '/things/a', '/nothing'].map((path) => router.routeOf(path) !== undefined),
      [true, true, false],
    )
  })

  it('refuses a manifest that says something twice', () => {
    assert.throws(() => new Router([route('GET', '/a'), route('GET', '/a')]), /stands twice/)
  })

  it('takes long paths in no time', () => {
    const start = performance.now()
    for (const path of [`/models/${'a:'.repeat(50_000)}`, `/things/${'/'.repeat(100_000)}`, `/models/${'%'.repeat(100_000)}`]) {
      router.find('POST', path)
      router.find('GET', path)
    }
    assert(performance.now() - start < 500)
  })
})

describe('the manifest', () => {
  it('is served as it is written, and everything that reaches a provider needs a key and a permit', () => {
    const router = new Router(routes)
    for (const one of routes) {
      const path = one.path.replaceAll(/\{\w+(:path)?\}/g, 'x')
      assert.equal(router.find(one.method, path)?.route.path, one.path)
      if (one.meter === 'call') assert.equal(one.auth, 'key', one.path)
      if (one.auth === 'public') assert(one.method === 'GET' && one.meter === 'free', one.path)
    }
  })
})
