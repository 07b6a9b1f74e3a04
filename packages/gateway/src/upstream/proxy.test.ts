import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createServer as createProxy, type Server as Proxy } from 'node:http'
import { connect, type Server } from 'node:net'
import { after, before, beforeEach, describe, it } from 'node:test'
import { createServer } from 'node:tls'
import { callFromOutside, tlsFixture } from './outside.fixture.ts'
import { proxyFor } from './proxy.ts'

describe('the proxy for a URL', () => {
  const found = (url: string, env: Readonly<Record<string, string>>): unknown => proxyFor(new URL(url), (name) => env[name])

  it('is that of its scheme, with what it asks for', () => {
    const env = { HTTPS_PROXY: 'http://us%40er:p%3Aw@proxy.test:3128/', http_proxy: 'plain.test', HTTP_PROXY: 'http://other' }
    const credentials = `Basic ${btoa('us@er:p:w')}`
    assert.deepEqual(found('https://a.test/', env), { host: 'proxy.test', port: 3128, credentials })
    assert.deepEqual(found('http://a.test/', env), { host: 'plain.test', port: 80, credentials: undefined })
    assert.deepEqual(found('http://a.test/', { HTTP_PROXY: 'http://[::1]:1' }), { host: '::1', port: 1, credentials: undefined })
    assert.equal(found('http://a.test/', { https_proxy: 'http://x' }), undefined)
    assert.throws(() => found('https://a.test/', { https_proxy: 'socks5://x:1' }), /not an http:\/\/ URL/)
  })

  it('is none for the services of this machine that give it its credentials', () => {
    assert.equal(found('http://169.254.169.254/latest/api/token', { http_proxy: 'http://x' }), undefined)
    assert.notEqual(found('http://169.254.test/', { http_proxy: 'http://x' }), undefined)
  })

  it('is none for hosts that NO_PROXY names', () => {
    const spared = (url: string, list: string): boolean => found(url, { http_proxy: 'http://x', no_proxy: list }) === undefined
    for (const [url, list] of [
      ['http://a.test/', '*'],
      ['http://a.test/', 'b.test, A.test'],
      ['http://sub.a.test/', 'a.test'],
      ['http://sub.a.test/', '.a.test'],
      ['http://sub.a.test/', '*.a.test'],
      ['http://a.test:81/', 'a.test:81'],
      ['http://a.test/', 'a.test:80'],
      ['http://[::1]:99/', '[::1]'],
      ['http://127.0.0.1/', 'localhost,127.0.0.1'],
    ] as const)
      assert.equal(spared(url, list), true, `${url} ${list}`)
    for (const [url, list] of [
      ['http://a.test/', ''],
      ['http://a.test/', ' ,'],
      ['http://aa.test/', 'a.test'],
      ['http://a.test.evil/', 'a.test'],
      ['http://a.test:81/', 'a.test:82'],
    ] as const)
      assert.equal(spared(url, list), false, `${url} ${list}`)
  })
})

describe('calls through a proxy', { skip: typeof Bun === 'undefined', timeout: 30_000 }, () => {
  let proxy: Proxy
  let provider: Server
  /** What the proxy was asked for, and what came to the provider in the tunnel. */
  const asked: string[] = []
  let heard = ''
  let isWilling = true
  const portOf = (server: Server): number => {
    const address = server.address()
    assert(address !== null && typeof address === 'object')
    return address.port
  }
  before(async () => {
    const options = { key: readFileSync(tlsFixture('key.pem')), cert: readFileSync(tlsFixture('localhost.pem')) }
    provider = createServer(options, (socket) => {
      socket.on('error', () => undefined)
      socket.on('data', (bytes: Buffer) => {
        heard += bytes.toString('latin1')
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')
      })
    })
    provider.on('tlsClientError', () => undefined)
    proxy = createProxy((request, response) => {
      asked.push(`${request.method} ${request.url} ${request.headers['proxy-authorization'] ?? 'nobody'}`)
      request.resume().on('end', () => response.end('by proxy'))
    })
    proxy.on('connect', (request, socket) => {
      asked.push(`${request.method} ${request.url} ${request.headers['proxy-authorization'] ?? 'nobody'}`)
      socket.on('error', () => undefined)
      if (!isWilling) return socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n')
      const on = connect(portOf(provider), '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 Connection established\r\nX-Proxy: yes\r\n\r\n')
        on.pipe(socket).pipe(on)
      })
      on.on('error', () => undefined)
    })
    await Promise.all([proxy, provider].map((server) => new Promise<void>((done) => server.listen(0, '127.0.0.1', done))))
  })
  beforeEach(() => {
    asked.length = 0
    heard = ''
    isWilling = true
  })
  after(() => {
    proxy.closeAllConnections()
    proxy.close()
    provider.close()
  })

  const call = (urls: readonly string[], more: Readonly<Record<string, string>> = {}): Promise<readonly unknown[]> => {
    const at = `http://user:word@127.0.0.1:${portOf(proxy)}`
    return callFromOutside(urls, { HTTP_PROXY: at, HTTPS_PROXY: at, NODE_EXTRA_CA_CERTS: tlsFixture('ca.pem'), ...more })
  }
  const known = `Basic ${btoa('user:word')}`

  it('go through a tunnel with https: TLS is with the provider, and the connection is kept', async () => {
    const url = `https://localhost:${portOf(provider)}/a?b`
    assert.deepEqual(await call([url, url]), [200, 200])
    assert.deepEqual(asked, [`CONNECT localhost:${portOf(provider)} ${known}`])
    assert.equal(heard.match(/POST \/a\?b HTTP\/1\.1\r\nhost: localhost:\d+\r\n/g)?.length, 2)
    assert.doesNotMatch(heard, /proxy-authorization/)
  })

  it('tell the proxy the whole URL with http', async () => {
    assert.deepEqual(await call(['http://provider.test/a?b', 'http://provider.test:81']), [200, 200])
    assert.deepEqual(asked, [`POST http://provider.test/a?b ${known}`, `POST http://provider.test:81/ ${known}`])
  })

  it('are refused when the proxy refuses, or the certificate is not the provider’s', async () => {
    assert.match(String(await call([`https://127.0.0.1:${portOf(provider)}/`])), /refused: .*certificate/)
    isWilling = false
    assert.match(String(await call([`https://localhost:${portOf(provider)}/`])), /refused: .*proxy refused to connect: 407/)
    assert.equal(heard, '')
  })

  it('go past it where NO_PROXY says so', async () => {
    assert.deepEqual(await call([`https://localhost:${portOf(provider)}/`], { NO_PROXY: 'localhost' }), [200])
    assert.deepEqual(asked, [])
  })
})
