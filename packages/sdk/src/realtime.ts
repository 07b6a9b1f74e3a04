import {
  addKey,
  targetOf,
  type Deployment,
  type Outgoing,
  type RealtimeTranslator,
  type Target,
  type Translated,
} from '@switchyard/core'
import {
  fail,
  isGatewayError,
  isObject,
  isString,
  objectOf,
  parseJson,
  type GatewayError,
  type JsonObject,
} from '@switchyard/wire'
import { deploymentOf } from './deployment.ts'
import { publicError, type Asked } from './errors.ts'
import type { Home } from './home.ts'
import type { CallOptions } from './options.ts'
import { knownOf } from './parts.ts'
import { steer } from './steering.ts'

/** What of a WebSocket is used. Node 22, Bun and Deno have one that takes headers. */
export interface Socket {
  binaryType: string
  send(data: string): void
  close(code?: number, reason?: string): void
  addEventListener(type: 'open' | 'close' | 'error' | 'message', listener: (event: SocketEvent) => void): void
}

export interface SocketEvent {
  readonly data?: unknown
  readonly code?: number
  readonly reason?: string
}

/** Opens a WebSocket to a provider with the provider's headers. */
export type OpenSocket = (url: string, headers: Readonly<Record<string, string>>) => Socket

export interface RealtimeOptions extends CallOptions {
  /** The runtime's own when absent. */
  openSocket?: OpenSocket
}

/**
 * A conversation in OpenAI's realtime events, whoever holds it: `for await (const event of session)` hears, `send` says. Leaving the
 * loop closes it.
 */
export class RealtimeSession implements AsyncIterable<JsonObject> {
  readonly #socket: Socket
  readonly #translator: RealtimeTranslator | undefined
  readonly #asked: Asked
  readonly #heard: JsonObject[] = []
  readonly #over = new AbortController()
  #wake: (() => void) | undefined
  #failure: { readonly cause: unknown } | undefined

  /** Made by `realtime`. */
  constructor(socket: Socket, translator: RealtimeTranslator | undefined, asked: Asked, signal?: AbortSignal) {
    this.#socket = socket
    this.#translator = translator
    this.#asked = asked
    socket.addEventListener('message', ({ data }) => this.#receive(data))
    socket.addEventListener('close', ({ code, reason }) => this.#end(isOrderly(code) ? undefined : broken(code, reason)))
    socket.addEventListener('error', () => this.#end(broken()))
    signal?.addEventListener('abort', () => this.#fail(signal.reason), { once: true, signal: this.#over.signal })
    if (translator !== undefined) this.#pass(translator.begin())
  }

  /** Sends one of OpenAI's client events: `session.update`, `conversation.item.create`, `response.create` … */
  send(event: JsonObject): void {
    try {
      if (this.#over.signal.aborted) throw fail('bad_request', 'The conversation is over.')
      if (this.#translator === undefined) return this.#socket.send(JSON.stringify(event))
      this.#pass(this.#translator.heard(event))
    } catch (cause) {
      throw publicError(cause, this.#asked)
    }
  }

  close(): void {
    this.#socket.close(1000)
    this.#end(undefined)
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<JsonObject, void, void> {
    try {
      for (;;) {
        for (let event = this.#heard.shift(); event !== undefined; event = this.#heard.shift()) yield event
        if (this.#failure !== undefined) throw this.#failure.cause
        if (this.#over.signal.aborted) return
        await new Promise<void>((resolve) => (this.#wake = resolve))
      }
    } finally {
      this.close()
    }
  }

  #receive(data: unknown): void {
    const text = isString(data) ? data : new TextDecoder().decode(data instanceof ArrayBuffer ? data : undefined)
    const event = objectOf(parseJson(text))
    try {
      if (event === undefined) throw fail('bad_reply', 'The provider sent something that is no event.')
      this.#pass(this.#translator?.said(event) ?? { toProvider: [], toClient: [event] })
    } catch (cause) {
      this.#fail(cause)
    }
  }

  #pass({ toProvider, toClient }: Translated): void {
    for (const event of toProvider) this.#socket.send(JSON.stringify(event))
    this.#heard.push(...toClient)
    this.#wake?.()
  }

  #fail(cause: unknown): void {
    this.#end(cause)
    this.#socket.close()
  }

  #end(cause: unknown): void {
    if (this.#over.signal.aborted) return
    if (cause !== undefined) this.#failure = { cause: isGatewayError(cause) ? publicError(cause, this.#asked) : cause }
    this.#over.abort()
    this.#wake?.()
  }
}

/** A connection that ends without one of these words was cut (RFC 6455, 7.4.1). */
const isOrderly = (code: number | undefined): boolean => code === undefined || code === 1000 || code === 1001 || code === 1005

const broken = (code?: number, reason = ''): GatewayError =>
  fail('unreachable', `The connection to the provider broke${code === undefined ? '' : ` (${`${code} ${reason}`.trim()})`}.`)

/** Opens a conversation with a model, with its provider's key. */
export async function openRealtime(
  { openSocket = runtimeSocket, ...options }: RealtimeOptions,
  home: Home,
): Promise<RealtimeSession> {
  try {
    const { steering, body } = steer(options)
    const catalog = await knownOf(home.parts)
    const deployment = deploymentOf({ home, catalog, steering, params: body, id: steering.model, modelName: steering.model })
    const target = targetOf(deployment, steering.model)
    const { url, headers } = await signed(deployment, target, home)
    const socket = openSocket(url.replace(/^http/, 'ws'), headers)
    socket.binaryType = 'arraybuffer'
    await opened(socket, AbortSignal.any([AbortSignal.timeout((steering.timeoutS ?? 30) * 1000), steering.signal ?? never]))
    const asked = { provider: deployment.provider.id, model: deployment.model }
    return new RealtimeSession(socket, deployment.provider.realtime?.translator?.(target), asked, steering.signal)
  } catch (cause) {
    throw isGatewayError(cause)
      ? publicError(cause, { provider: options.custom_llm_provider ?? '', model: options.model })
      : cause
  }
}

const never = new AbortController().signal

async function signed(deployment: Deployment, target: Target, home: Home): Promise<Outgoing> {
  const { provider } = deployment
  if (provider.realtime === undefined)
    throw fail('bad_request', `Provider "${provider.id}" serves no realtime conversations.`, { param: 'model' })
  const headers = { ...provider.headers, ...deployment.headers }
  const outgoing: Outgoing = { url: provider.realtime.url(target), method: 'GET', headers, body: undefined }
  addKey(headers, deployment)
  await provider.prepare?.(outgoing, target, home.providerEnv)
  return outgoing
}

/** Refuses with what kept the connection from being opened. */
function opened(socket: Socket, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = deferred()
  const abort = (): void => reject(isTimeout(signal.reason) ? late() : signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  if (signal.aborted) abort()
  socket.addEventListener('open', () => resolve())
  socket.addEventListener('error', () => reject(refused('it refused, or could not be reached')))
  socket.addEventListener('close', ({ code, reason = '' }) => reject(refused(`${code ?? 'no code'} ${reason}`.trim())))
  return promise
    .catch((cause: unknown) => {
      socket.close()
      throw cause
    })
    .finally(() => signal.removeEventListener('abort', abort))
}

interface Deferred {
  readonly promise: Promise<void>
  readonly resolve: () => void
  readonly reject: (cause: unknown) => void
}

/** `Promise.withResolvers` is not in Node 20. */
function deferred(): Deferred {
  let resolve = (): void => undefined
  let reject = (_cause: unknown): void => undefined
  const promise = new Promise<void>((onDone, onFailure) => {
    resolve = onDone
    reject = onFailure
  })
  return { promise, resolve, reject }
}

const refused = (why: string): Error => fail('unreachable', `The provider did not open the conversation: ${why}.`)
const isTimeout = (reason: unknown): boolean => reason instanceof Error && reason.name === 'TimeoutError'
const late = (): Error => fail('timeout', 'The provider did not open the conversation in time.')

/** The second argument is no standard: browsers do not let programs set headers, and a key does not belong into them. */
function runtimeSocket(url: string, headers: Readonly<Record<string, string>>): Socket {
  const Runtime: unknown = Reflect.get(globalThis, 'WebSocket')
  const socket: unknown = typeof Runtime === 'function' ? Reflect.construct(Runtime, [url, { headers }]) : undefined
  if (isSocket(socket)) return socket
  throw fail('bad_request', 'This runtime has no WebSocket (Node has one since 22): give openSocket.', { param: 'openSocket' })
}

const isSocket = (value: unknown): value is Socket => isObject(value) && typeof value['send'] === 'function'
