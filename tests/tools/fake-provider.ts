import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { isObject, parseJson, type JsonObject } from '@switchyard/wire'
import { readMessages, streamMessage, wholeMessage } from './fake/anthropic.ts'
import { cloudAnswer } from './fake/clouds.ts'
import { batchEmbeddings, readContents, readGeminiPath, streamContents, wholeContents } from './fake/gemini.ts'
import { measuredAnswer } from './fake/measured.ts'
import { readChat, streamChat, wholeChat, wholeCompletion, wholeEmbeddings } from './fake/openai-chat.ts'
import { readResponses, streamResponse, wholeResponse } from './fake/openai-responses.ts'
import { planFor, type Asked, type Plan } from './fake/plan.ts'
import { RawServer, type Peer, type RawRequest } from './fake/raw-server.ts'
import type { Script } from './fake/script.ts'

export { failure, type Script } from './fake/script.ts'

/** A request as the provider saw it, and how its answer ended. */
export interface Seen {
  readonly method: string
  readonly path: string
  readonly query: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
  readonly sha256: string
  /** The body as JSON; an empty object when it is none. */
  readonly json: JsonObject
  readonly atMs: number
  /** Every byte of the answer's body that left. */
  readonly answer: Buffer
  /** When the client went away before its answer was over. */
  readonly abortedAtMs: number | undefined
  readonly isOver: boolean
}

interface Answer {
  readonly status: number
  readonly contentType: string
  readonly events: readonly (string | Uint8Array)[]
}

/** The script of a request that says itself what shall go wrong. Of such requests nothing is remembered: runs may be long. */
export type ScriptOf = (request: RawRequest) => Script

/**
 * Every provider that the tests need, on one port: what it answers follows from the request alone, and `next` scripts
 * the faults of the requests to come.
 */
export class FakeProvider {
  readonly requests: Seen[] = []
  readonly #scripts: Script[] = []
  readonly #scriptOf: ScriptOf | undefined
  readonly #server = new RawServer((request, peer) => this.#answer(request, peer))
  #port = 0

  private constructor(scriptOf: ScriptOf | undefined) {
    this.#scriptOf = scriptOf
  }

  static async start(scriptOf?: ScriptOf): Promise<FakeProvider> {
    const provider = new FakeProvider(scriptOf)
    provider.#port = await provider.#server.listen()
    return provider
  }

  get origin(): string {
    return `http://127.0.0.1:${this.#port}`
  }

  get last(): Seen {
    const seen = this.requests.at(-1)
    if (seen === undefined) throw new Error('the fake provider was not called')
    return seen
  }

  /** Scripts for the next requests, one each, in this order. */
  next(...scripts: readonly Script[]): void {
    this.#scripts.push(...scripts)
  }

  /** Forgets requests and scripts. */
  reset(): void {
    this.requests.length = 0
    this.#scripts.length = 0
  }

  stop(): Promise<void> {
    return this.#server.close()
  }

  #take(request: RawRequest): Script {
    const body = request.body.toString('latin1')
    const index = this.#scripts.findIndex(
      ({ when }) => when === undefined || request.target.includes(when) || body.includes(when),
    )
    return (index < 0 ? undefined : this.#scripts.splice(index, 1)[0]) ?? {}
  }

  async #answer(request: RawRequest, peer: Peer): Promise<boolean> {
    if (this.#scriptOf !== undefined) return new Delivery(request, peer, this.#scriptOf(request)).run()
    const delivery = new Delivery(request, peer, this.#take(request))
    this.requests.push(delivery)
    return delivery.run()
  }
}

/** One answer on its way, with its script. */
class Delivery implements Seen {
  readonly method: string
  readonly path: string
  readonly query: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
  readonly sha256: string
  readonly json: JsonObject
  readonly atMs = Date.now()
  abortedAtMs: number | undefined
  isOver = false
  readonly #peer: Peer
  readonly #script: Script
  readonly #sent: Uint8Array[] = []
  readonly #stopWatching: () => void

  constructor(request: RawRequest, peer: Peer, script: Script) {
    const [path = '', query = ''] = request.target.split('?')
    const value = parseJson(request.body.toString('utf8'))
    this.method = request.method
    this.path = path
    this.query = query
    this.headers = request.headers
    this.body = request.body
    this.sha256 = sha256(request.body)
    this.json = isObject(value) ? value : {}
    this.#peer = peer
    this.#script = script
    this.#stopWatching = peer.onGone(() => {
      if (!this.isOver) this.abortedAtMs ??= Date.now()
    })
  }

  get answer(): Buffer {
    return Buffer.concat(this.#sent)
  }

  /** True when the connection may serve the next request. */
  async run(): Promise<boolean> {
    const { delayMs, silent, cut } = this.#script
    if (delayMs !== undefined) await sleep(delayMs)
    if (silent) return false
    if (cut?.at === 'head') return this.#cut(cut.by)
    const answer = this.#compressed(this.#scripted(usualAnswer(this, this.#script)))
    await this.#peer.write(headOf(answer, this.#script))
    if (!(await this.#sendEvents(answer.events))) return false
    this.isOver = true
    this.#stopWatching()
    await this.#peer.write('0\r\n\r\n')
    return true
  }

  #scripted(usual: Answer): Answer {
    const { status, body, edit } = this.#script
    const events = body === undefined ? usual.events : [body]
    return {
      status: status ?? usual.status,
      contentType: usual.contentType,
      events:
        edit === undefined
          ? events
          : edit(events.map((event) => (typeof event === 'string' ? event : Buffer.from(event).toString('utf8')))),
    }
  }

  #compressed(answer: Answer): Answer {
    if (!this.#script.gzip) return answer
    return { ...answer, events: [gzipSync(Buffer.concat(answer.events.map((event) => Buffer.from(event))))] }
  }

  async #sendEvents(events: readonly (string | Uint8Array)[]): Promise<boolean> {
    const { paceMs, stallAfter, cut } = this.#script
    for (const [index, event] of events.entries()) {
      if (index === stallAfter) return false
      if (index > 0 && paceMs !== undefined) await sleep(paceMs)
      if (this.#peer.isGone) return false
      const bytes = Buffer.from(event)
      if (index === cut?.at) {
        await this.#send(bytes.subarray(0, bytes.length / 2))
        return this.#cut(cut.by)
      }
      await this.#send(bytes)
    }
    return true
  }

  async #send(bytes: Buffer): Promise<void> {
    const { split = bytes.length } = this.#script
    for (let offset = 0; offset < bytes.length; offset += split) {
      const piece = bytes.subarray(offset, offset + split)
      await this.#peer.write(Buffer.concat([Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from('\r\n')]))
      this.#sent.push(piece)
    }
  }

  #cut(by: 'fin' | 'reset'): false {
    this.isOver = true
    if (by === 'fin') this.#peer.finish()
    else this.#peer.reset()
    return false
  }
}

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

function headOf(answer: Answer, { headers = {}, gzip }: Script): string {
  const all: Record<string, string> = {
    'content-type': answer.contentType,
    'x-request-id': 'req_fake',
    ...(gzip ? { 'content-encoding': 'gzip' } : {}),
    ...headers,
    'transfer-encoding': 'chunked',
  }
  const fields = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  return `HTTP/1.1 ${answer.status} Scripted\r\n${fields.join('')}\r\n`
}

const json = (value: JsonObject, status = 200): Answer => ({
  status,
  contentType: 'application/json',
  events: [JSON.stringify(value)],
})

const stream = (events: readonly string[]): Answer => ({ status: 200, contentType: 'text/event-stream', events })

/** What the provider answers when nothing is scripted. */
function usualAnswer({ path, json: body, headers, body: bytes }: Seen, script: Script): Answer {
  const plan = (asked: Asked): Plan => withUsage(planFor(asked), script)
  if (path.endsWith('/chat/completions')) {
    const asked = readChat(body)
    return asked.stream ? stream(streamChat(plan(asked), body)) : json(wholeChat(plan(asked)))
  }
  if (path.endsWith('/responses')) {
    const asked = readResponses(body)
    return asked.stream ? stream(streamResponse(plan(asked))) : json(wholeResponse(plan(asked)))
  }
  if (path.endsWith('/messages/count_tokens')) return json({ input_tokens: 42 })
  if (path.endsWith('/messages')) {
    const asked = readMessages(body)
    return asked.stream ? stream(streamMessage(plan(asked))) : json(wholeMessage(plan(asked)))
  }
  if (path.endsWith('/embeddings')) return json(wholeEmbeddings(body))
  if (path.endsWith('/completions')) return json(wholeCompletion(body))
  const measured = measuredAnswer({ path, contentType: headers['content-type'] ?? '', body: bytes, json: body })
  return (
    measured ??
    geminiAnswer(path, body, plan) ??
    answerOfCloud(path, body, plan) ??
    json({ error: { message: `the fake provider has no ${path}`, code: 404 } }, 404)
  )
}

function geminiAnswer(path: string, body: JsonObject, plan: (asked: Asked) => Plan): Answer | undefined {
  const at = readGeminiPath(path)
  switch (at?.method) {
    case 'generateContent':
      return json(wholeContents(plan(readContents(body, at.model, false))))
    case 'streamGenerateContent':
      return stream(streamContents(plan(readContents(body, at.model, true))))
    case 'countTokens':
      return json({ totalTokens: 42, promptTokensDetails: [{ modality: 'TEXT', tokenCount: 42 }] })
    case 'batchEmbedContents':
      return json(batchEmbeddings(body))
    default:
      return undefined
  }
}

function answerOfCloud(path: string, body: JsonObject, plan: (asked: Asked) => Plan): Answer | undefined {
  const { message, events, frames } = cloudAnswer(path, body, plan) ?? {}
  if (events !== undefined) return stream(events)
  if (frames !== undefined) return { status: 200, contentType: 'application/vnd.amazon.eventstream', events: frames }
  return message === undefined ? undefined : json(message)
}

function withUsage(plan: Plan, { usage }: Script): Plan {
  if (usage === undefined || plan.usage === undefined) return plan
  return { ...plan, usage: usage === 'missing' ? undefined : { ...plan.usage, ...usage } }
}
