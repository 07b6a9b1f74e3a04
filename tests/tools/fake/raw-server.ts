import { createServer, type Server, type Socket } from 'node:net'

/** A request as it came: the body's bytes are what the client sent, not what a parser made of them. */
export interface RawRequest {
  readonly method: string
  /** Path and query, as written. */
  readonly target: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

/** The other end of a connection. */
export class Peer {
  readonly #socket: Socket
  readonly #gone = new Set<() => void>()
  isGone = false

  constructor(socket: Socket) {
    this.#socket = socket
    const leave = (): void => {
      if (this.isGone) return
      this.isGone = true
      for (const listener of this.#gone) listener()
    }
    socket.once('end', leave).once('close', leave)
  }

  /** Answers how to take the listener back: a connection may outlive many requests. */
  onGone(listener: () => void): () => void {
    if (this.isGone) listener()
    else this.#gone.add(listener)
    return () => void this.#gone.delete(listener)
  }

  /** Resolves when the bytes left, and lets what waits run, so that each write travels alone. */
  async write(bytes: string | Uint8Array): Promise<void> {
    if (this.isGone) return
    await new Promise<void>((resolve) => {
      const forget = this.onGone(resolve)
      this.#socket.write(bytes, () =>
        setImmediate(() => {
          forget()
          resolve()
        }),
      )
    })
  }

  finish(): void {
    this.#socket.end()
  }

  reset(): void {
    this.#socket.resetAndDestroy()
  }
}

/** Answers one request; true: the connection may be used again. */
export type Answerer = (request: RawRequest, peer: Peer) => Promise<boolean>

/**
 * HTTP/1.1 on a bare socket, so that a test decides which byte leaves when, and how the connection ends. It reads what
 * well-behaved clients send (content-length or chunked bodies) and nothing else.
 */
export class RawServer {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()

  constructor(answer: Answerer) {
    this.#server = createServer((socket) => {
      this.#sockets.add(socket)
      socket.setNoDelay(true)
      socket.on('error', () => socket.destroy())
      socket.once('close', () => this.#sockets.delete(socket))
      new Connection(socket, answer).listen()
    })
  }

  async listen(): Promise<number> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    const address = this.#server.address()
    if (address === null || typeof address === 'string') throw new Error('the fake provider has no port')
    return address.port
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise<void>((resolve) => this.#server.close(() => resolve()))
  }
}

class Connection {
  readonly #socket: Socket
  readonly #answer: Answerer
  readonly #peer: Peer
  #unread: Buffer = Buffer.alloc(0)
  #busy = false

  constructor(socket: Socket, answer: Answerer) {
    this.#socket = socket
    this.#answer = answer
    this.#peer = new Peer(socket)
  }

  listen(): void {
    this.#socket.on('data', (bytes: Buffer) => {
      this.#unread = Buffer.concat([this.#unread, bytes])
      void this.#next()
    })
  }

  async #next(): Promise<void> {
    if (this.#busy) return
    const read = readRequest(this.#unread)
    if (read === undefined) return
    this.#busy = true
    this.#unread = read.rest
    if (await this.#answer(read.request, this.#peer)) {
      this.#busy = false
      void this.#next()
    }
  }
}

function readRequest(bytes: Buffer): { request: RawRequest; rest: Buffer } | undefined {
  const end = bytes.indexOf('\r\n\r\n')
  if (end < 0) return undefined
  const [line = '', ...fields] = bytes.subarray(0, end).toString('latin1').split('\r\n')
  const [method = '', target = ''] = line.split(' ')
  const headers: Record<string, string> = {}
  for (const field of fields) {
    const colon = field.indexOf(':')
    headers[field.slice(0, colon).toLowerCase()] = field.slice(colon + 1).trim()
  }
  const after = bytes.subarray(end + 4)
  const read =
    headers['transfer-encoding'] === 'chunked' ? readChunked(after) : readSized(after, Number(headers['content-length'] ?? 0))
  return read === undefined ? undefined : { request: { method, target, headers, body: read.body }, rest: read.rest }
}

function readSized(bytes: Buffer, length: number): { body: Buffer; rest: Buffer } | undefined {
  return bytes.length < length ? undefined : { body: bytes.subarray(0, length), rest: bytes.subarray(length) }
}

function readChunked(bytes: Buffer): { body: Buffer; rest: Buffer } | undefined {
  const parts: Buffer[] = []
  let offset = 0
  for (;;) {
    const lineEnd = bytes.indexOf('\r\n', offset)
    if (lineEnd < 0) return undefined
    const length = Number.parseInt(bytes.subarray(offset, lineEnd).toString('latin1'), 16)
    const start = lineEnd + 2
    if (bytes.length < start + length + 2) return undefined
    if (length === 0) return { body: Buffer.concat(parts), rest: bytes.subarray(start + 2) }
    parts.push(bytes.subarray(start, start + length))
    offset = start + length + 2
  }
}
