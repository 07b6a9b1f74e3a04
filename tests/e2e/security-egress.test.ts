import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createServer, type Server, type ServerResponse } from 'node:http'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { isGatewayError } from '@switchyard/wire'
import { isPublicAddress } from '../../packages/gateway/src/upstream/addresses.ts'
import { guardedFetch, type FetchGuard, type Resolve } from '../../packages/gateway/src/upstream/guarded-fetch.ts'
import { repository } from '../tools/gateway.ts'
import { openStage, type Stage } from '../tools/stage.ts'

/**
 * `notPublic`: an address of each block that is not the public internet (IANA's special-purpose registries, 2026-11).
 * `hosts`: ways to write a host that leads inwards.
 */
const corpus = JSON.parse(readFileSync(join(repository, 'fixtures', 'security', 'ssrf.json'), 'utf8')) as Record<
  'notPublic' | 'public' | 'hosts' | 'metadata' | 'schemes',
  readonly string[]
>
const { hosts, metadata, schemes } = corpus

/** Answers what a path names, and counts who came. */
class Inside {
  hits = 0
  readonly #server: Server
  private constructor() {
    this.#server = createServer((request, reply) => {
      this.hits++
      answer(request.url ?? '/', reply)
    })
  }
  static async start(): Promise<Inside> {
    const inside = new Inside()
    await new Promise<void>((resolve) => inside.#server.listen(0, '127.0.0.1', resolve))
    return inside
  }
  get port(): number {
    const address = this.#server.address()
    if (address === null || typeof address === 'string') throw new Error('no port')
    return address.port
  }
  close(): void {
    this.#server.closeAllConnections()
    this.#server.close()
  }
}

function answer(path: string, reply: ServerResponse): void {
  const type = path.startsWith('/type/') ? decodeURIComponent(path.slice(6)) : 'image/png'
  if (path === '/redirect') return void reply.writeHead(302, { location: '/image' }).end()
  if (path === '/missing') return void reply.writeHead(404, { 'content-type': type }).end('x')
  reply.writeHead(200, { 'content-type': type })
  if (path === '/large') return void reply.end(Buffer.alloc(4096))
  if (path === '/slow') return void reply.write('a')
  if (path === '/cut') return void reply.write('a', () => reply.destroy())
  reply.end('image')
}

describe('files that a request names by URL (reliability facts §5.24-28, 30)', () => {
  let inside: Inside
  before(async () => {
    inside = await Inside.start()
  })
  after(() => inside.close())

  const closed: FetchGuard = { allowedHosts: new Set(), allowAll: false, timeoutMs: 300, maxBytes: 1024 }
  const trusting: FetchGuard = { ...closed, allowedHosts: new Set(['127.0.0.1']) }
  const filled = (text: string): string => text.replace('PORT', String(inside.port))
  const refused = (guard: FetchGuard, url: string, why = /./): Promise<void> =>
    assert.rejects(
      guardedFetch(guard)(url),
      (error) =>
        isGatewayError(error) && error.kind === 'bad_request' && why.test(error.message) && !error.message.includes('127.0.0.1'),
      JSON.stringify(url),
    )

  it('every special-purpose block is known, and the rest is public', () => {
    for (const address of corpus.notPublic) assert.equal(isPublicAddress(address), false, address)
    for (const address of corpus.public) assert.equal(isPublicAddress(address), true, address)
  })

  it('no way of writing a host leads inwards', async () => {
    const urls = hosts.flatMap((host) => ['http', 'https'].map((scheme) => `${scheme}://${host}:${inside.port}/image`))
    for (const url of urls) {
      // What leads to a public host is the parser's to say; that one is not asked here.
      if (['8.8.8.8'].includes(URL.parse(url)?.hostname ?? '')) continue
      await refused(closed, url)
    }
    assert.equal(inside.hits, 0)
  })

  it('metadata services and other schemes are refused', async () => {
    for (const url of [...metadata, ...schemes]) await refused(closed, filled(url))
    assert.equal(inside.hits, 0)
  })

  it('a name is judged by every address that it has, where it is connected to', async () => {
    const answers: readonly (readonly string[])[] = [
      ['127.0.0.1'],
      ['8.8.8.8', '127.0.0.1'],
      ['127.0.0.1', '8.8.8.8'],
      ['::1'],
      ['fe80::1%lo'],
      [],
    ]
    for (const addresses of answers) {
      const found = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
      const resolve: Resolve = (_name, _options, done) => done(null, found)
      await refused({ ...closed, resolve }, `http://pictures.example:${inside.port}/image`, /not public/)
    }
    assert.equal(inside.hits, 0)
  })

  it('a name that changes its answer is asked once, and connected to where it was judged', async () => {
    let asked = 0
    const resolve: Resolve = (_name, _options, done) => {
      asked++
      done(null, [{ address: asked === 1 ? '203.0.114.1' : '127.0.0.1', family: 4 }])
    }
    // The system would resolve this name to our own server: the judged address must be the one in use.
    await refused({ ...closed, resolve }, `http://localhost:${inside.port}/image`, /does not answer/)
    assert.deepEqual([asked, inside.hits], [1, 0])
  })

  it('a host that the operator trusts may be asked; redirects are not followed, type, size and time are bounded', async () => {
    const at = (path: string): string => `http://127.0.0.1:${inside.port}${path}`
    assert.deepEqual(await guardedFetch(trusting)(at('/image')), { base64: btoa('image'), mimeType: 'image/png' })
    const { hits } = inside
    await refused(trusting, at('/redirect'), /answers 302/)
    assert.equal(inside.hits, hits + 1)
    await refused(trusting, at('/missing'), /answers 404/)
    await refused(trusting, at('/large'), /more than/)
    for (const type of ['text/html', 'image/svg+xml', 'application/octet-stream', 'application/json', 'IMAGE/SVG+XML'])
      await refused(trusting, at(`/type/${encodeURIComponent(type)}`), /does not lead to/)
    await refused(trusting, at('/slow'), /does not answer/)
    await refused(trusting, at('/cut'), /does not answer/)
  })
})

describe('a picture for a model that takes no URLs', () => {
  let stage: Stage
  let inside: Inside
  before(async () => {
    inside = await Inside.start()
    stage = await openStage()
  })
  after(async () => {
    await stage.close()
    inside.close()
  })

  it('is not fetched from inside, and neither is the model called', async () => {
    const urls = [...hosts.map((host) => `http://${host}:${inside.port}/image`), ...metadata, 'file:///etc/passwd']
    const statuses = await Promise.all(
      urls
        .filter((url) => URL.parse(url)?.hostname !== '8.8.8.8')
        .map(async (url) => {
          const content = [{ type: 'image_url', image_url: { url } }]
          const { status } = await stage.gateway.call('POST', '/v1/chat/completions', {
            model: 'gemini',
            messages: [{ role: 'user', content }],
          })
          return `${status} ${JSON.stringify(url)}`
        }),
    )
    assert.deepEqual(
      statuses.filter((line) => !line.startsWith('400 ')),
      [],
    )
    assert.deepEqual([inside.hits, stage.provider.requests.length], [0, 0])
  })
})
