import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { isObject, parseJson, type JsonObject } from '@switchyard/wire'

/** A request as the vendor's own API sees it. */
export interface VendorRequest {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingMessage['headers']
  readonly bytes: Buffer
  /** The body as JSON; an empty object when it is none. */
  readonly json: JsonObject
  /** Of the vendor's own address: some replies hold URLs. */
  readonly origin: string
}

/** An object is sent as JSON; a list as pieces of a stream. */
export interface VendorReply {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body: JsonObject | string | Uint8Array | readonly (JsonObject | string | Uint8Array)[]
}

/** What a vendor documents of its API, as far as its client program asks for it. */
export interface VendorApi {
  /** The header that must hold the vendor's key, and how it begins. */
  readonly credential: readonly [header: string, prefix: string]
  /** The vendor's own way to refuse. */
  readonly refusal: (status: number, message: string) => VendorReply
  readonly answer: (request: VendorRequest) => VendorReply | undefined
}

/** One vendor on a port of its own. */
export class FakeVendor {
  readonly requests: VendorRequest[] = []
  readonly #api: VendorApi
  readonly #server: Server

  private constructor(api: VendorApi) {
    this.#api = api
    this.#server = createServer((incoming, outgoing) => void this.#serve(incoming, outgoing))
  }

  static async start(api: VendorApi): Promise<FakeVendor> {
    const vendor = new FakeVendor(api)
    await new Promise<void>((resolve) => vendor.#server.listen(0, '127.0.0.1', resolve))
    return vendor
  }

  get origin(): string {
    const address = this.#server.address()
    if (address === null || typeof address === 'string') throw new Error('the vendor does not listen')
    return `http://127.0.0.1:${address.port}`
  }

  stop(): Promise<void> {
    this.#server.closeAllConnections()
    return new Promise((resolve) => this.#server.close(() => resolve()))
  }

  async #serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const pieces: Buffer[] = []
    for await (const piece of incoming) pieces.push(piece)
    const bytes = Buffer.concat(pieces)
    const url = new URL(incoming.url ?? '/', this.origin)
    const value = parseJson(bytes.toString('utf8'))
    const request: VendorRequest = {
      method: incoming.method ?? '',
      path: decodeURIComponent(url.pathname),
      query: url.searchParams,
      headers: incoming.headers,
      bytes,
      json: isObject(value) ? value : {},
      origin: this.origin,
    }
    this.requests.push(request)
    send(outgoing, this.#reply(request, incoming.url ?? ''))
  }

  #reply(request: VendorRequest, target: string): VendorReply {
    const { refusal, credential, answer } = this.#api
    const [header, prefix] = credential
    if (!String(request.headers[header] ?? '').startsWith(prefix)) return refusal(401, `not the vendor's key in ${header}`)
    const asked = /answer(?: |%20)with(?: |%20)(\d+)/.exec(decodeURI(target) + request.bytes.toString('latin1'))?.[1]
    if (asked !== undefined) return refusal(Number(asked), `scripted ${asked}`)
    return answer(request) ?? refusal(404, `the vendor has no ${request.method} ${request.path}`)
  }
}

function send(outgoing: ServerResponse, { status = 200, headers = {}, body }: VendorReply): void {
  const usual = isObject(body) ? 'application/json' : 'application/octet-stream'
  outgoing.writeHead(status, { 'content-type': usual, ...headers })
  const pieces: readonly unknown[] = Array.isArray(body) ? body : [body]
  for (const piece of pieces) outgoing.write(isObject(piece) && !(piece instanceof Uint8Array) ? JSON.stringify(piece) : piece)
  outgoing.end()
}

/** Server-sent events, each with the name that its `type` says if `named`. */
export const events = (data: readonly JsonObject[], of: { readonly named?: true; readonly done?: true } = {}): VendorReply => ({
  headers: { 'content-type': 'text/event-stream' },
  body: [
    ...data.map((one) => `${of.named ? `event: ${String(one['type'])}\n` : ''}data: ${JSON.stringify(one)}\n\n`),
    ...(of.done ? ['data: [DONE]\n\n'] : []),
  ],
})

/** Sound that tells what was said. */
export const audio = (text: unknown): VendorReply => ({
  headers: { 'content-type': 'audio/mpeg' },
  body: [Buffer.from([0xff, 0xfb]), Buffer.from(`audio:${String(text)}`)],
})

/** A field of a multipart form, read without the code that is tested. */
export function formField({ bytes }: VendorRequest, name: string): string | undefined {
  const text = bytes.toString('latin1')
  return new RegExp(`name="${name}"[^\\r]*(?:\\r\\n[^\\r]+)*\\r\\n\\r\\n([\\s\\S]*?)\\r\\n--`).exec(text)?.[1]
}

/** A vector of a text: its length, and a half. */
export const vectorOf = (text: unknown): readonly number[] => [String(text).length, 0.5]

/** The last that was ranked comes first. */
export const ranked = (documents: readonly unknown[], top: unknown): readonly { index: number; relevance_score: number }[] =>
  documents
    .map((_, index) => ({ index, relevance_score: (7 + index) / 10 }))
    .toReversed()
    .slice(0, typeof top === 'number' ? top : documents.length)
