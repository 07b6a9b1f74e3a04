import type { Cancellation } from './cancellation.ts'
import assert from 'node:assert/strict'
import { noUsage, type JsonObject } from '@switchyard/wire'
import { askOf } from './ask.ts'
import type { Bound, Call, CallHost, Engine, Outcome, Reservation } from './call.ts'
import type { Incoming, Outgoing, Provider, Shape, Transport, TransportOptions } from './contracts.ts'
import type { Deployment } from './deployment.ts'
import { allDialects } from './dialects.ts'
import { RequestBody } from './request-body.ts'
import { Health, ModelTable, routerDefaults, type RouterSettings } from './router/index.ts'

export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)
export const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

/** Numbers from 0 to 1, the same ones for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

export const providerOf = (over: Partial<Provider> = {}): Provider => ({
  id: 'harbour',
  name: 'Harbour',
  keyEnv: [],
  baseEnv: [],
  auth: { kind: 'none' },
  endpoints: {
    chat: [{ shape: 'openai-chat', path: '/chat/completions' }],
    completion: [{ shape: 'openai-completions', path: '/completions' }],
  },
  ...over,
})

export const deploymentOf = (over: Partial<Deployment> = {}): Deployment => ({
  id: over.modelName ?? 'one',
  modelName: 'm',
  provider: providerOf(),
  model: 'harbour-1',
  baseUrl: `https://${over.id ?? 'one'}.example`,
  key: undefined,
  params: {},
  headers: {},
  bodyDefaults: [],
  weight: 0,
  order: 0,
  timeouts: { connectMs: 0, firstByteMs: 0, idleMs: 0, totalMs: 0 },
  dropParams: false,
  additionalDropParams: [],
  allowedParams: [],
  info: {},
  ...over,
})

export const tableOf = (deployments: readonly Deployment[], aliases: ReadonlyMap<string, string> = new Map()): ModelTable =>
  new ModelTable({
    deployments,
    aliases,
    make: (deployment, model, name) => ({ ...deployment, id: `${deployment.id}:${model}`, model, modelName: name }),
    resolve: () => undefined,
  })

export type Answer = (outgoing: Outgoing, options: TransportOptions, sent: number) => Incoming | Promise<Incoming>

/** A provider's side of the wire, in memory: it answers as the test says, and keeps what it was sent. */
export class Harbour implements Transport {
  readonly sent: Outgoing[] = []
  /** Hosts in the order they were asked. */
  readonly hosts: string[] = []
  readonly #answer: Answer
  constructor(answer: Answer) {
    this.#answer = answer
  }
  async send(outgoing: Outgoing, options: TransportOptions): Promise<Incoming> {
    this.sent.push(outgoing)
    this.hosts.push(new URL(outgoing.url).host.replace('.example', ''))
    if (options.signal.aborted) throw new DOMException('aborted', 'AbortError')
    return this.#answer(outgoing, options, this.sent.length)
  }
}

export const engineOf = (
  deployments: readonly Deployment[],
  transport: Transport,
  settings: Partial<RouterSettings> = {},
): Engine => ({
  models: tableOf(deployments),
  settings: { ...routerDefaults, ...settings },
  health: new Health(),
  transport,
  env: { variable: () => undefined, send: (outgoing, options) => transport.send(outgoing, options), now: Date.now },
  random: seeded(1),
})

/** A ledger: one row an attempt, and a second settlement is a failure of the test. */
export class Books implements CallHost {
  readonly rows: Outcome[] = []
  opened = 0
  maxTokens: number | undefined
  /** Settling throws. */
  broken = false
  async reserve(_bound: Bound): Promise<Reservation> {
    this.opened++
    let settled = false
    const settle = async (outcome: Outcome): Promise<number> => {
      assert(!settled, 'settled twice')
      settled = true
      await Promise.resolve()
      if (this.broken) throw new Error('the disk is full')
      this.rows.push(outcome)
      return outcome.usage.input + outcome.usage.output
    }
    return { settle, ...(this.maxTokens === undefined ? {} : { maxTokens: this.maxTokens }) }
  }
  hasRoom(): boolean {
    return true
  }
  get statuses(): readonly string[] {
    return this.rows.map((row) => row.status)
  }
  /** Every attempt that was opened is settled. */
  balance(): void {
    assert.equal(this.rows.length, this.opened, 'attempts without a row')
    for (const { status, usage } of this.rows)
      if (status === 'failure') assert(usage.estimated === true || usage.input === noUsage.input)
  }
}

export const chatBody = (over: JsonObject = {}): JsonObject => ({
  model: 'm',
  messages: [{ role: 'user', content: 'Hi' }],
  ...over,
})

export function callOf(body: JsonObject, over: Partial<Call> & { readonly shape?: Shape } = {}): Call {
  const { shape = 'openai-chat', ...rest } = over
  const model = typeof body.model === 'string' ? body.model : 'm'
  const operation = shape === 'openai-completions' ? 'completion' : 'chat'
  const of = {
    operation,
    measured: undefined,
    shape,
    path: {},
    model,
    stream: body.stream === true,
    dialects: allDialects,
  } as const
  const ask = askOf(RequestBody.ofBytes(bytesOf(JSON.stringify(body))), of, { dropParams: false, strict: false })
  return { id: '01', ask, signal: new AbortController().signal, forwarded: {}, fallbacks: [], ...rest }
}

export async function* stream(pieces: readonly (string | Uint8Array)[]): AsyncGenerator<Uint8Array, void, void> {
  for (const piece of pieces) yield typeof piece === 'string' ? bytesOf(piece) : piece
}

/** A body that gives these pieces and then nothing more until it is aborted. */
export async function* stalling(pieces: readonly string[], signal: Cancellation): AsyncGenerator<Uint8Array, void, void> {
  yield* stream(pieces)
  await new Promise((_resolve, reject) => {
    const stop = (): void => reject(new DOMException('aborted', 'AbortError'))
    if (signal.aborted) stop()
    else signal.addEventListener('abort', stop, { once: true })
  })
}

export function incoming(
  status: number,
  body: string | JsonObject | AsyncIterable<Uint8Array>,
  headers: Record<string, string> = {},
): Incoming {
  if (typeof body === 'object' && Symbol.asyncIterator in body) {
    return {
      status,
      headers: new Headers({ 'content-type': 'text/event-stream', ...headers }),
      body,
    }
  }
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return { status, headers: new Headers({ 'content-type': 'application/json', ...headers }), body: stream([text]) }
}

export const errorBody = (message: string): JsonObject => ({ error: { message, type: 'server_error', code: null } })

export const chatReply = (over: JsonObject = {}): JsonObject => ({
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1,
  model: 'harbour-1',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hello' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 },
  ...over,
})

const chunk = (rest: object): string =>
  `data: ${JSON.stringify({ id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'harbour-1', ...rest })}\n\n`

/** A whole stream of OpenAI's chat, one event a piece. */
export const chatEvents: readonly string[] = [
  chunk({ choices: [{ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null }] }),
  chunk({ choices: [{ index: 0, delta: { content: 'Hel' }, finish_reason: null }] }),
  chunk({ choices: [{ index: 0, delta: { content: 'lo' }, finish_reason: null }] }),
  chunk({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }),
  chunk({ choices: [], usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 } }),
  'data: [DONE]\n\n',
]

/** All the client gets, and what the body threw. */
export async function readAllText(body: Uint8Array | AsyncIterable<Uint8Array>): Promise<string> {
  if (body instanceof Uint8Array) return textOf(body)
  const parts: string[] = []
  for await (const piece of body) parts.push(textOf(piece))
  return parts.join('')
}
