import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { createServer, type Server } from 'node:tls'
import { callFromOutside, tlsFixture } from './outside.fixture.ts'

const call = (urls: readonly string[], extraCa?: string): Promise<readonly unknown[]> =>
  callFromOutside(urls, extraCa === undefined ? {} : { NODE_EXTRA_CA_CERTS: extraCa })

describe('TLS to a provider', { skip: typeof Bun === 'undefined', timeout: 30_000 }, () => {
  /** What the servers got to read. */
  let heard = ''
  const servers: Server[] = []
  const serve = async (certificate: string): Promise<number> => {
    const options = { key: readFileSync(tlsFixture('key.pem')), cert: readFileSync(tlsFixture(certificate)) }
    const server = createServer(options, (socket) => {
      socket.on('error', () => undefined)
      socket.on('data', (bytes: Buffer) => {
        heard += bytes.toString('latin1')
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')
      })
    })
    server.on('tlsClientError', () => undefined)
    servers.push(server)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    assert(address !== null && typeof address === 'object')
    return (address satisfies AddressInfo).port
  }
  let port: number
  let expired: number
  before(async () => {
    port = await serve('localhost.pem')
    expired = await serve('expired.pem')
  })
  after(() => {
    for (const server of servers) server.close()
  })

  it('is refused before a byte is sent when nobody vouches for the certificate', async () => {
    heard = ''
    const [unknown] = await call([`https://localhost:${port}/`])
    assert.match(String(unknown), /^refused: .*certificate/i)
    assert.equal(heard, '')
  })

  it('trusts what NODE_EXTRA_CA_CERTS adds, for the name in the certificate and its time only', async () => {
    heard = ''
    const said = await call([`https://127.0.0.1:${port}/`, `https://localhost:${expired}/`], tlsFixture('ca.pem'))
    assert.match(String(said[0]), /^refused: /)
    assert.match(String(said[1]), /^refused: .*expired/i)
    assert.equal(heard, '')
    assert.deepEqual(await call([`https://localhost:${port}/`, `https://localhost:${port}/`], tlsFixture('ca.pem')), [200, 200])
    assert.match(heard, /^POST \/ HTTP\/1\.1\r\nhost: localhost:\d+\r\n/)
  })
})
