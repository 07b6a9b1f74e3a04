import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { isObject, parseJson, stringOf, type JsonObject } from '@switchyard/wire'

interface KeptFile {
  readonly object: JsonObject
  readonly bytes: Buffer
}

const decoder = new TextDecoder()

/** A provider that keeps files, batches and vector stores, under ids of its own. */
export class KeepingProvider {
  readonly files = new Map<string, KeptFile>()
  readonly objects = new Map<string, JsonObject>()
  readonly requests: {
    readonly method: string
    readonly path: string
    readonly json: JsonObject
    readonly headers: IncomingMessage['headers']
  }[] = []
  /** Of the last upload that was too large to keep. */
  lastUpload = { bytes: 0, sha256: '' }
  readonly #server: Server
  #next = 1

  private constructor() {
    this.#server = createServer((incoming, outgoing) => void this.#answer(incoming, outgoing))
  }

  static async start(): Promise<KeepingProvider> {
    const provider = new KeepingProvider()
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

  /** The batch is done: every row used ten tokens each way. */
  complete(batchId: string): void {
    const batch = this.objects.get(batchId) ?? {}
    const input = this.files.get(stringOf(batch['input_file_id']) ?? '')?.bytes.toString() ?? ''
    const rows = input.trim().split('\n').map(parseJson).filter(isObject)
    const output = rows.map((row) => {
      const model = isObject(row['body']) ? row['body']['model'] : ''
      const usage = { prompt_tokens: 10, completion_tokens: 10, total_tokens: 20 }
      return JSON.stringify({ custom_id: row['custom_id'], response: { status_code: 200, body: { model, usage } } })
    })
    const id = this.#keep('out.jsonl', 'batch_output', Buffer.from(`${output.join('\n')}\n`))
    this.objects.set(batchId, { ...batch, status: 'completed', output_file_id: id })
  }

  #id(prefix: string): string {
    return `${prefix}${String(this.#next++).padStart(6, '0')}`
  }

  #keep(filename: string, purpose: string, bytes: Buffer): string {
    const id = this.#id('file-')
    const object = {
      id,
      object: 'file',
      bytes: bytes.length,
      created_at: 1_700_000_000 + this.#next,
      filename,
      purpose,
      status: 'processed',
    }
    this.files.set(id, { object, bytes })
    return id
  }

  async #answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const path = (incoming.url ?? '').split('?')[0] ?? ''
    const hash = createHash('sha256')
    const parts: Buffer[] = []
    let bytes = 0
    for await (const part of incoming) {
      hash.update(part)
      bytes += part.length
      if (bytes < 4 * 1024 * 1024) parts.push(part)
    }
    const body = Buffer.concat(parts)
    const value = parseJson(decoder.decode(body))
    const method = incoming.method ?? ''
    this.requests.push({ method, path, json: isObject(value) ? value : {}, headers: incoming.headers })
    if (bytes >= 4 * 1024 * 1024) this.lastUpload = { bytes, sha256: hash.digest('hex') }
    const reply = this.#reply(method, path.replace(/^\/v1/, ''), body, isObject(value) ? value : {})
    if (reply instanceof Buffer) outgoing.writeHead(200, { 'content-type': 'application/octet-stream' }).end(reply)
    else
      outgoing
        .writeHead(reply === undefined ? 404 : 200, { 'content-type': 'application/json' })
        .end(JSON.stringify(reply ?? missing))
  }

  #reply(method: string, path: string, body: Buffer, json: JsonObject): JsonObject | Buffer | undefined {
    const [, kind = '', id, more] = path.split('/')
    if (kind === 'files') return this.#file(method, id, more, body)
    if (method === 'POST' && id === undefined) {
      const made: JsonObject = {
        ...json,
        id: this.#id(kind === 'batches' ? 'batch_' : 'vs_'),
        object: kind,
        status: 'validating',
        created_at: 1_700_000_000,
      }
      this.objects.set(String(made['id']), made)
      return made
    }
    const found = this.objects.get(id ?? '')
    if (found === undefined) return undefined
    if (method === 'DELETE') return { id, deleted: true }
    return more === undefined
      ? found
      : more === 'cancel'
        ? { ...found, status: 'cancelling' }
        : { object: more, vector_store_id: id, ...json }
  }

  #file(method: string, id: string | undefined, more: string | undefined, body: Buffer): JsonObject | Buffer | undefined {
    if (method === 'POST') {
      const text = body.toString('latin1')
      const purpose = /name="purpose"\r\n\r\n(\w+)/.exec(text)?.[1] ?? ''
      const filename = /filename="([^"]*)"/.exec(text)?.[1] ?? ''
      const start = text.indexOf('\r\n\r\n', text.indexOf('filename=')) + 4
      return this.files.get(this.#keep(filename, purpose, body.subarray(start, text.lastIndexOf('\r\n--'))))?.object
    }
    const file = this.files.get(id ?? '')
    if (file === undefined) return undefined
    if (method === 'DELETE') return { id, object: 'file', deleted: this.files.delete(id ?? '') }
    return more === 'content' ? file.bytes : file.object
  }
}

const missing = { error: { message: 'No such object', type: 'invalid_request_error', code: 'not_found' } }
