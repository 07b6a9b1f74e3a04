import { STATUS_CODES } from 'node:http'
import type { MakeResponse, ReplyBody } from '../http/listener.ts'
import type { Socket } from './socket.ts'

/** A response whose head and body go to the socket as they are: a native one would be taken apart again at once. */
export class DirectResponse extends Response {
  readonly source: ReplyBody
  readonly plainHeaders: Readonly<Record<string, string>>
  constructor(source: ReplyBody, headers: Readonly<Record<string, string>>) {
    super(null)
    this.source = source
    this.plainHeaders = headers
  }
}

export const makeResponse: MakeResponse = (body, headers) => new DirectResponse(body, headers)

export interface ReplyOptions {
  readonly isHead: boolean
  /** The connection may serve another request. */
  readonly keeps: boolean
  /** The client understands chunks. */
  readonly chunks: boolean
}

/** Small enough to be copied behind its head, so that one packet carries both. */
const joinedBytes = 64 * 1024

/** Prints responses to one connection, no faster than the client reads. */
export class ReplyWriter {
  readonly #socket: Socket
  #isClosed = false
  #wake: (() => void) | undefined

  constructor(socket: Socket) {
    this.#socket = socket
  }

  /** Answers whether the connection can serve another request. A body that breaks cuts the connection: the client must see it. */
  async write(response: Response, { isHead, keeps, chunks }: ReplyOptions): Promise<boolean> {
    const source = response instanceof DirectResponse ? response.source : new Uint8Array(await response.arrayBuffer())
    if (source instanceof Uint8Array) {
      this.#writeWhole(response, source, { isHead, keeps })
      return keeps
    }
    const isKept = keeps && chunks
    const head = headOf(response, isKept, isHead || !chunks ? '' : 'transfer-encoding: chunked\r\n')
    if (isHead) {
      await source.return()
      this.#socket.write(Buffer.from(head, 'latin1'))
      return isKept
    }
    await this.#stream(source, head, chunks)
    return isKept
  }

  drained(): void {
    const wake = this.#wake
    this.#wake = undefined
    wake?.()
  }

  close(): void {
    this.#isClosed = true
    this.drained()
  }

  /** Tells the client that nothing more comes, while its own bytes are still read over. */
  finishWriting(): void {
    this.#socket.end()
  }

  #writeWhole(response: Response, body: Uint8Array, { isHead, keeps }: Pick<ReplyOptions, 'isHead' | 'keeps'>): void {
    const { status } = response
    const length = status === 204 || status === 304 ? '' : `content-length: ${body.length}\r\n`
    const head = headOf(response, keeps, length)
    if (isHead || body.length === 0) return void this.#socket.write(Buffer.from(head, 'latin1'))
    if (body.length > joinedBytes) {
      this.#socket.write(Buffer.from(head, 'latin1'))
      return void this.#socket.write(body)
    }
    const bytes = Buffer.allocUnsafe(head.length + body.length)
    bytes.write(head, 0, 'latin1')
    bytes.set(body, head.length)
    this.#socket.write(bytes)
  }

  /** The head goes with the first piece, which is mostly there already, and else without it. */
  async #stream(source: AsyncIterable<Uint8Array>, head: string, chunks: boolean): Promise<void> {
    let waiting = head
    const late = setImmediate(() => {
      if (waiting !== '' && !this.#isClosed) this.#socket.write(Buffer.from(waiting, 'latin1'))
      waiting = ''
    })
    try {
      for await (const piece of source) {
        if (this.#isClosed) return
        if (piece.length === 0) continue
        const took = this.#socket.write(chunks ? chunkOf(waiting, piece) : plainOf(waiting, piece))
        waiting = ''
        if (!took) await new Promise<void>((resolve) => (this.#wake = resolve))
        if (this.#isClosed) return
      }
      if (chunks || waiting !== '') this.#socket.write(Buffer.from(chunks ? `${waiting}${lastChunk}` : waiting, 'latin1'))
      waiting = ''
    } catch {
      // The account of the call has the reason; here a cut is all that can still be said.
      this.#socket.destroy()
    } finally {
      clearImmediate(late)
    }
  }
}

const lastChunk = '0\r\n\r\n'

function chunkOf(before: string, piece: Uint8Array): Buffer {
  const start = `${before}${piece.length.toString(16)}\r\n`
  const bytes = Buffer.allocUnsafe(start.length + piece.length + 2)
  bytes.write(start, 0, 'latin1')
  bytes.set(piece, start.length)
  bytes[bytes.length - 2] = 13
  bytes[bytes.length - 1] = 10
  return bytes
}

const plainOf = (before: string, piece: Uint8Array): Uint8Array =>
  before === '' ? piece : Buffer.concat([Buffer.from(before, 'latin1'), piece])

function headOf(response: Response, keeps: boolean, framing: string): string {
  const { status } = response
  let head = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\ndate: ${date()}\r\n${framing}`
  if (!keeps) head += 'connection: close\r\n'
  if (response instanceof DirectResponse) {
    const { plainHeaders } = response
    for (const name in plainHeaders) head += `${name}: ${safe(plainHeaders[name] ?? '')}\r\n`
  } else {
    for (const [name, value] of response.headers) if (!ours.has(name)) head += `${name}: ${safe(value)}\r\n`
  }
  return `${head}\r\n`
}

/** The connection's own business. */
const ours: ReadonlySet<string> = new Set(['connection', 'content-length', 'transfer-encoding', 'date', 'keep-alive'])

// oxlint-disable-next-line no-control-regex -- these are what must not stand in a header
const unsafe = /[\x00-\x08\x0a-\x1f\x7f]|[^\x00-\xff]/
// oxlint-disable-next-line no-control-regex -- the same, all of them
const allUnsafe = /[\x00-\x08\x0a-\x1f\x7f]|[^\x00-\xff]/g

/** A value can never begin a line of its own. */
const safe = (value: string): string => (unsafe.test(value) ? value.replace(allUnsafe, '?') : value)

let dateSecond = 0
let dateText = ''

/** Made once a second. */
function date(): string {
  const second = Math.floor(Date.now() / 1000)
  if (second !== dateSecond) {
    dateSecond = second
    dateText = new Date(second * 1000).toUTCString()
  }
  return dateText
}

/** The answer to bytes that are no request: nobody knows in which dialect its sender reads errors. */
export function refusalBytes(status: number, message: string): Buffer {
  const body = JSON.stringify({ error: { message, type: 'invalid_request_error', param: null, code: String(status) } })
  const head = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\ndate: ${date()}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n`
  return Buffer.from(head + body, 'latin1')
}
