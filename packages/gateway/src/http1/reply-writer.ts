import { overloadedType } from '@switchyard/core'
import type { MakeResponse, ReplyBody } from '../http/listener.ts'
import { isFieldText } from './fields.ts'
import { statusLineOf } from './reasons.ts'
import type { ServerSocket } from './socket.ts'
import { StreamOutbox } from './stream-outbox.ts'

/** A response whose head and body go to the socket as they are: a native one would be taken apart again at once. */
export class DirectResponse extends Response {
  readonly source: ReplyBody
  readonly plainHeaders: Readonly<Record<string, string>>
  constructor(source: ReplyBody, headers: Readonly<Record<string, string>>, status = 200) {
    if (status === 200) super(null)
    else super(null, { status })
    this.source = source
    this.plainHeaders = headers
  }
}

export const makeResponse: MakeResponse = (body, headers, status) => new DirectResponse(body, headers, status)

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
  readonly #socket: ServerSocket
  #isClosed = false
  #outbox: StreamOutbox | undefined
  #wake: (() => void) | undefined

  constructor(socket: ServerSocket) {
    this.#socket = socket
  }

  /**
   * Resolves when all of it has gone, with whether the connection can serve another request. A body that breaks cuts the
   * connection: the client must see it.
   */
  async write(response: Response, options: ReplyOptions): Promise<boolean> {
    const source = response instanceof DirectResponse ? response.source : new Uint8Array(await response.arrayBuffer())
    if (source instanceof Uint8Array) {
      this.#writeWhole(response, source, options)
      if (this.#socket.unsent > 0) await this.#sent()
      return options.keeps
    }
    const { isHead, chunks } = options
    const keeps = options.keeps && chunks
    if (isHead || this.#isClosed) {
      await source.return()
      this.#socket.write(Buffer.from(headOf(response, { isHead, keeps, chunks }, ''), 'latin1'))
      return keeps
    }
    await this.#stream(
      source,
      headOf(response, { isHead, keeps, chunks }, chunks ? 'transfer-encoding: chunked\r\n' : ''),
      chunks,
    )
    if (this.#socket.unsent > 0) await this.#sent()
    return keeps
  }

  /** Sends bytes that mean nothing, where the reply has a place for them. */
  probe(): void {
    this.#outbox?.probe()
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

  /** To be asked for only while something waits: no event comes after that. */
  #sent(): Promise<void> {
    return new Promise((resolve) => (this.#wake = resolve))
  }

  #writeWhole(response: Response, body: Uint8Array, options: ReplyOptions): void {
    const { status } = response
    const length = status === 204 || status === 304 ? '' : `content-length: ${body.length}\r\n`
    const head = headOf(response, options, length)
    if (options.isHead || body.length === 0) return void this.#socket.write(Buffer.from(head, 'latin1'))
    if (body.length > joinedBytes) {
      this.#socket.write(Buffer.from(head, 'latin1'))
      return void this.#socket.write(body)
    }
    const bytes = Buffer.allocUnsafe(head.length + body.length)
    bytes.write(head, 0, 'latin1')
    bytes.set(body, head.length)
    this.#socket.write(bytes)
  }

  async #stream(source: AsyncIterable<Uint8Array>, head: string, chunks: boolean): Promise<void> {
    const outbox = new StreamOutbox(this.#socket, head, chunks)
    this.#outbox = outbox
    try {
      for await (const piece of source) {
        if (this.#isClosed) break
        outbox.push(piece)
        if (this.#socket.unsent === 0) continue
        await this.#sent()
        if (this.#isClosed) break
      }
      if (this.#isClosed) outbox.drop()
      else outbox.end()
    } catch {
      // The account of the call has the reason; here a cut is all that can still be said.
      outbox.send()
      this.#socket.destroy()
    } finally {
      this.#outbox = undefined
    }
  }
}

function headOf(response: Response, { keeps, chunks }: ReplyOptions, framing: string): string {
  let head = `${statusLineOf(response.status)}date: ${date()}\r\n${framing}`
  if (!keeps) head += 'connection: close\r\n'
  // A client of HTTP/1.0 expects an end unless it is told otherwise.
  else if (!chunks) head += 'connection: keep-alive\r\n'
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
const unsafe = /[\x00-\x08\x0a-\x1f\x7f]|[^\x00-\xff]/g

/** A value can never begin a line of its own. */
const safe = (value: string): string => (isFieldText(value) ? value : value.replace(unsafe, '?'))

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
export function refusalBytes(status: number, message: string, { type = 'invalid_request_error', fields = '' } = {}): Buffer {
  const body = JSON.stringify({ error: { message, type, param: null, code: String(status) } })
  const head = `${statusLineOf(status)}date: ${date()}\r\n${fields}content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n`
  return Buffer.from(head + body, 'latin1')
}

/** The answer to a connection that came when there was no place for it at all. */
export const crowdedBytes = (): Buffer =>
  refusalBytes(503, 'This gateway has more connections than it can serve now. Try again in a moment.', {
    type: overloadedType,
    fields: 'retry-after: 1\r\n',
  })
