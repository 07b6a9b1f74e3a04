import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { isObject, objectOf, objectsOf, parseJson, stringOf, type JsonObject } from '@switchyard/wire'

interface Asked {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
  readonly json: JsonObject
}

/** A row as the fake providers run it. */
interface FakeRow {
  readonly id: string
  readonly body: JsonObject
}

const decoder = new TextDecoder()
const usage = { input: 10, output: 5 }

/** The batch APIs of Anthropic, Mistral and Gemini on one port. Jobs are done when `finish` is called. */
export class BatchProvider {
  readonly requests: Asked[] = []
  readonly #server: Server
  readonly #files = new Map<string, Buffer>()
  readonly #jobs = new Map<string, readonly FakeRow[]>()
  #isDone = false
  #isCancelled = false
  #next = 1

  private constructor() {
    this.#server = createServer((incoming, outgoing) => void this.#serve(incoming, outgoing))
  }

  static async start(): Promise<BatchProvider> {
    const provider = new BatchProvider()
    await new Promise<void>((resolve) => provider.#server.listen(0, '127.0.0.1', resolve))
    return provider
  }

  get origin(): string {
    const address = this.#server.address()
    if (address === null || typeof address === 'string') throw new Error('no port')
    return `http://127.0.0.1:${address.port}`
  }

  /** All jobs are done, from now on. */
  finish(): void {
    this.#isDone = true
  }

  reset(): void {
    this.#isDone = false
    this.#isCancelled = false
    this.requests.length = 0
  }

  stop(): Promise<void> {
    this.#server.closeAllConnections()
    return new Promise((resolve) => this.#server.close(() => resolve()))
  }

  async #serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const parts: Buffer[] = []
    for await (const part of incoming) parts.push(part)
    const body = Buffer.concat(parts)
    const value = parseJson(decoder.decode(body))
    const { method = '', url = '', headers } = incoming
    const asked = { method, path: url, headers, body, json: isObject(value) ? value : {} }
    this.requests.push(asked)
    const reply = url.startsWith('/mistral/')
      ? this.#mistral(asked)
      : url.includes('/messages/')
        ? this.#anthropic(asked)
        : this.#gemini(asked)
    if (asked.path.startsWith('/upload/')) {
      const isStart = asked.headers['x-goog-upload-command'] === 'start'
      outgoing.setHeader('x-goog-upload-status', isStart ? 'active' : 'final')
      if (isStart) outgoing.setHeader('x-goog-upload-url', `${this.origin}/upload/v1beta/files?upload_id=1`)
    }
    if (typeof reply === 'string') outgoing.writeHead(200, { 'content-type': 'application/x-jsonl' }).end(reply)
    else outgoing.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(reply))
  }

  #id(prefix: string): string {
    return `${prefix}${this.#next++}`
  }

  #anthropic({ method, path, json }: Asked): JsonObject | string {
    const [, , , , id, more] = path.split('/')
    if (method === 'POST' && id === undefined) {
      const made = this.#id('msgbatch_')
      this.#jobs.set(
        made,
        objectsOf(json['requests']).map((row) => rowOf(row['custom_id'], row['params'])),
      )
      return this.#message(made)
    }
    if (more === 'cancel') this.#isCancelled = true
    if (more !== 'results') return this.#message(id ?? '')
    return lines(this.#jobs.get(id ?? ''), ({ id: custom_id, body }) => {
      if (textOf(body).includes('fail')) {
        const error = { type: 'error', error: { type: 'invalid_request_error', message: 'cannot do this' } }
        return { custom_id, result: { type: 'errored', error } }
      }
      if (this.#isCancelled) return { custom_id, result: { type: 'canceled' } }
      const content = [{ type: 'text', text: `echo: ${textOf(body)}` }]
      const said = { input_tokens: usage.input, output_tokens: usage.output }
      const message = {
        id: 'msg_1',
        type: 'message',
        role: 'assistant',
        model: body['model'],
        content,
        stop_reason: 'end_turn',
        usage: said,
      }
      return { custom_id, result: { type: 'succeeded', message } }
    })
  }

  #message(id: string): JsonObject {
    const isOver = this.#isDone || this.#isCancelled
    return {
      id,
      type: 'message_batch',
      processing_status: isOver ? 'ended' : 'in_progress',
      results_url: 'http://elsewhere.example/x',
    }
  }

  #mistral({ method, path, json, body }: Asked): JsonObject | string {
    if (method === 'POST' && path.endsWith('/files')) {
      const text = body.toString('latin1')
      const id = this.#id('upload-')
      const start = text.indexOf('\r\n\r\n', text.indexOf('filename=')) + 4
      this.#files.set(id, body.subarray(start, text.lastIndexOf('\r\n--')))
      return { id, object: 'file', purpose: /name="purpose"\r\n\r\n(\w+)/.exec(text)?.[1] }
    }
    if (method === 'POST' && path.endsWith('/batch/jobs')) {
      const [file] = Array.isArray(json['input_files']) ? json['input_files'] : []
      const rows = rowsIn(this.#files.get(String(file)))
      const id = this.#id('job-')
      this.#jobs.set(
        id,
        rows.map((row) => rowOf(row['custom_id'], row['body'])),
      )
      return { id, status: 'QUEUED' }
    }
    const [, id = ''] = /(job-\d+)/.exec(path) ?? []
    if (!path.endsWith('/content'))
      return { id, status: this.#isDone ? 'SUCCESS' : 'RUNNING', output_file: this.#isDone ? `out-${id}` : null }
    return lines(this.#jobs.get(id), (row) => {
      const message = { role: 'assistant', content: `echo: ${textOf(row.body)}` }
      const said = { prompt_tokens: usage.input, completion_tokens: usage.output, total_tokens: 15 }
      const chat = {
        id: 'x',
        object: 'chat.completion',
        model: 'm',
        choices: [{ index: 0, message, finish_reason: 'stop' }],
        usage: said,
      }
      return { custom_id: row.id, response: { status_code: 200, body: chat } }
    })
  }

  #gemini({ method, path, json, body }: Asked): JsonObject | string {
    if (path.startsWith('/upload/')) {
      if (path.includes('upload_id=')) this.#files.set('files/in1', body)
      return path.includes('upload_id=') ? { file: fakeUpload } : {}
    }
    if (path === '/v1beta/files/in1') return method === 'DELETE' ? {} : fakeUpload
    if (path.endsWith(':generateContent')) return readUpload
    if (method === 'POST' && path.endsWith(':batchGenerateContent')) {
      const file = objectOf(objectOf(json['batch'])?.['input_config'])?.['file_name']
      const id = this.#id('batches/b')
      this.#jobs.set(
        id,
        rowsIn(this.#files.get(String(file))).map((row) => rowOf(row['key'], row['request'])),
      )
      return { name: id, metadata: { state: 'BATCH_STATE_PENDING' } }
    }
    const [id = ''] = /batches\/b\d+/.exec(path) ?? []
    if (id !== '') {
      const state = this.#isDone ? 'BATCH_STATE_SUCCEEDED' : 'BATCH_STATE_RUNNING'
      return {
        name: id,
        metadata: { state },
        ...(this.#isDone ? { response: { responsesFile: `files/${id.replace('/', '-')}` } } : {}),
      }
    }
    const [, job = ''] = /files\/(batches-b\d+):download/.exec(path) ?? []
    return lines(this.#jobs.get(job.replace('-', '/')), (row) => {
      const candidates = [{ content: { role: 'model', parts: [{ text: `echo: ${textOf(row.body)}` }] }, finishReason: 'STOP' }]
      const said = { promptTokenCount: usage.input, candidatesTokenCount: usage.output, totalTokenCount: 15 }
      return { key: row.id, response: { candidates, usageMetadata: said } }
    })
  }
}

const fakeUpload = {
  name: 'files/in1',
  uri: 'https://generativelanguage.googleapis.com/v1beta/files/in1',
  mimeType: 'text/plain',
}
const readUpload = {
  candidates: [{ content: { role: 'model', parts: [{ text: 'read' }] }, finishReason: 'STOP' }],
  usageMetadata: { promptTokenCount: 10, candidatesTokenCount: 1, totalTokenCount: 11 },
}

const rowOf = (id: unknown, body: unknown): FakeRow => ({ id: stringOf(id) ?? '', body: objectOf(body) ?? {} })

const rowsIn = (bytes: Buffer | undefined): readonly JsonObject[] =>
  (bytes?.toString() ?? '').trim().split('\n').map(parseJson).filter(isObject)

const lines = (rows: readonly FakeRow[] | undefined, make: (row: FakeRow) => JsonObject): string =>
  // Providers answer in any order.
  (rows ?? [])
    .toReversed()
    .map((row) => `${JSON.stringify(make(row))}\n`)
    .join('')

/** The text that was asked, in any dialect. */
const textOf = (body: JsonObject): string =>
  /"(?:content|text)":"([^"]*)"/.exec(JSON.stringify(body['messages'] ?? body['contents'] ?? ''))?.[1] ?? ''
