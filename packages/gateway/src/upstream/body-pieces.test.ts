import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import { after, before, describe, it } from 'node:test'
import type { Outgoing, Transport } from '@switchyard/core'
import { isGatewayError } from '@switchyard/wire'
import { socketTransport } from './socket-transport.ts'

interface Got {
  readonly headers: Readonly<Record<string, unknown>>
  readonly body: string
}

describe('a body that is sent while it comes', () => {
  let server: Server
  let url = ''
  const got: Got[] = []
  before(async () => {
    server = createServer((incoming, reply) => {
      const parts: Buffer[] = []
      incoming.on('data', (part: Buffer) => parts.push(part))
      incoming.on('end', () => {
        got.push({ headers: incoming.headers, body: Buffer.concat(parts).toString() })
        reply.end('ok')
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    if (address === null || typeof address === 'string') throw new Error('no port')
    url = `http://127.0.0.1:${address.port}/up`
  })
  after(() => {
    server.closeAllConnections()
    server.close()
  })

  async function* pieces(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('one ')
    yield new Uint8Array(0)
    await new Promise((resolve) => setTimeout(resolve, 5))
    yield Buffer.from('two')
  }

  async function send(transport: Transport, headers: Record<string, string>): Promise<string> {
    const outgoing: Outgoing = { url, method: 'PUT', headers, body: undefined, pieces: pieces() }
    const { body } = await transport.send(outgoing, { signal: AbortSignal.timeout(5000) })
    let text = ''
    for await (const part of body ?? []) text += Buffer.from(part).toString()
    return text
  }

  it('with a length and without one', async () => {
    got.length = 0
    assert.equal(await send(socketTransport, { 'content-length': '7' }), 'ok')
    assert.equal(await send(socketTransport, {}), 'ok')
    assert.deepEqual(
      got.map(({ body }) => body),
      ['one two', 'one two'],
    )
    assert.equal(got[1]?.headers['transfer-encoding'], 'chunked')
  })

  it('keeps to the length that was declared: what is beyond it would be another request', async () => {
    assert.equal(await send(socketTransport, { 'content-length': '7' }), 'ok')
    for (const length of ['6', '8'])
      await assert.rejects(send(socketTransport, { 'content-length': length }), (error) => isGatewayError(error), length)
  })

  it('that breaks off breaks the call', async () => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('one')
      throw new Error('gone')
    }
    const outgoing: Outgoing = { url, method: 'POST', headers: {}, body: undefined, pieces: broken() }
    await assert.rejects(socketTransport.send(outgoing, { signal: AbortSignal.timeout(5000) }), /gone/)
  })
})
