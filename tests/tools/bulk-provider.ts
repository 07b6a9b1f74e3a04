import { createHash } from 'node:crypto'
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http'

const piece = Buffer.alloc(64 * 1024, 'switchyard ')

export interface Moved {
  readonly status: number
  readonly bytes: number
  readonly sha256: string
}

/** A server for bodies that are too large for memory: it hashes what it gets, and sends as much as is asked for. */
export class BulkProvider {
  readonly #server: Server
  /** Method and target of the last request. */
  last = ''

  private constructor() {
    this.#server = createServer((incoming, outgoing) => void this.#answer(incoming, outgoing))
  }

  static async start(): Promise<BulkProvider> {
    const provider = new BulkProvider()
    await new Promise<void>((resolve) => provider.#server.listen(0, '127.0.0.1', resolve))
    return provider
  }

  get origin(): string {
    const address = this.#server.address()
    if (address === null || typeof address === 'string') throw new Error('no port')
    return `http://127.0.0.1:${address.port}`
  }

  stop(): Promise<void> {
    this.#server.closeAllConnections()
    return new Promise((resolve) => this.#server.close(() => resolve()))
  }

  sha256Of(bytes: number): string {
    const hash = createHash('sha256')
    for (const part of parts(bytes)) hash.update(part)
    return hash.digest('hex')
  }

  /** Sends so many bytes with a declared length; answers what the server at the other end says it got. */
  upload(url: string, key: string, bytes: number): Promise<Moved> {
    return new Promise((resolve, reject) => {
      const headers = {
        authorization: `Bearer ${key}`,
        'content-type': 'application/octet-stream',
        'content-length': String(bytes),
      }
      const outgoing = request(url, { method: 'POST', headers }, (reply) => {
        const texts: Buffer[] = []
        reply.on('data', (text: Buffer) => texts.push(text))
        reply.on('end', () => {
          const said = /"bytes":(\d+),"sha256":"(\w+)"/.exec(Buffer.concat(texts).toString())
          resolve({ status: reply.statusCode ?? 0, bytes: Number(said?.[1] ?? 0), sha256: said?.[2] ?? '' })
        })
      })
      outgoing.on('error', reject)
      void pump(outgoing, bytes).then(() => outgoing.end())
    })
  }

  download(url: string, key: string): Promise<Moved> {
    return new Promise((resolve, reject) => {
      const outgoing = request(url, { headers: { authorization: `Bearer ${key}` } }, (reply) => {
        hashed(reply).then((found) => resolve({ status: reply.statusCode ?? 0, ...found }), reject)
      })
      outgoing.on('error', reject)
      outgoing.end()
    })
  }

  async #answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    this.last = `${incoming.method} ${incoming.url}`
    const wanted = /[?&]bytes=(\d+)/.exec(incoming.url ?? '')?.[1]
    const got = await hashed(incoming)
    if (wanted === undefined) {
      outgoing.writeHead(200, { 'content-type': 'application/json' })
      outgoing.end(JSON.stringify(got))
      return
    }
    outgoing.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': wanted })
    await pump(outgoing, Number(wanted))
    outgoing.end()
  }
}

function* parts(bytes: number): Generator<Buffer> {
  for (let left = bytes; left > 0; left -= piece.length) yield left < piece.length ? piece.subarray(0, left) : piece
}

async function pump(
  to: { write(bytes: Buffer): boolean; once(event: 'drain', done: () => void): unknown },
  bytes: number,
): Promise<void> {
  for (const part of parts(bytes)) if (!to.write(part)) await new Promise<void>((resolve) => to.once('drain', resolve))
}

async function hashed(from: AsyncIterable<Buffer>): Promise<Omit<Moved, 'status'>> {
  const hash = createHash('sha256')
  let bytes = 0
  for await (const part of from) {
    bytes += part.length
    hash.update(part)
  }
  return { bytes, sha256: hash.digest('hex') }
}
