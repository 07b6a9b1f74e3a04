import type { Deployment, RealtimeTranslator, Translated } from '@switchyard/core'
import {
  fail,
  isGatewayError,
  noUsage,
  objectOf,
  stringOf,
  type GatewayError,
  type JsonObject,
  type Usage,
} from '@switchyard/wire'
import type { Context } from '../http/context.ts'
import type { NetSocket } from '../http1/net-socket.ts'
import { noCode, type Close, type Message, type WebSocketConnection } from '../http1/websocket.ts'
import {
  audioSize,
  deltaOf,
  errorEvent,
  eventIdOf,
  eventMessage,
  readClientEvent,
  readJson,
  readProviderEvent,
  withOwnModel,
  type ClientEvent,
  type ModelNames,
} from './events.ts'
import type { Claim, Ending, Purse } from './purse.ts'
import { asRefusal, closeOf, providerLost } from './refusals.ts'
import { isGoodbye, SocketPair, type ClientEnd, type Limits } from './socket-pair.ts'
import { Growth, isPossible, transcriptionUsageOf, usageOf } from './usage.ts'

export interface SessionParts {
  readonly context: Context
  readonly purse: Purse
  /** The session's own row. */
  readonly claim: Claim
  readonly deployment: Deployment
  readonly names: ModelNames
  /** Where the provider does not speak the client's dialect. */
  readonly translator: RealtimeTranslator | undefined
  readonly provider: NetSocket
  readonly client: ClientEnd
  readonly limits: Limits
  /** The client speaks the provider's own protocol, which this reads along. */
  readonly watch?: RealtimeTranslator
}

/** One conversation: events pass as they are, and what each response used is charged when it is done. */
export class RealtimeSession {
  readonly #parts: SessionParts
  readonly #growth = new Growth()
  readonly #running = new Map<string, Claim>()
  readonly #pair: SocketPair
  /** Responses that the client asked for and that the provider has not begun. */
  #asked = 0
  #isEnding = false
  #settled: (() => void) | undefined

  constructor(parts: SessionParts) {
    this.#parts = parts
    this.#pair = new SocketPair({
      ...parts,
      mayGo: () => parts.context.gateway.draining && this.#running.size === 0,
      events: {
        clientSaid: (message) => this.#clientSaid(message),
        providerSaid: (message) => this.#providerSaid(message),
        clientLeft: (close) => this.#clientLeft(close),
        providerLeft: (close) => this.#providerLeft(close),
        over: (reason) => void this.#end({ status: 'success' }, { code: 1001, reason }),
      },
    })
    this.#pair.listen()
    if (parts.translator !== undefined) void this.#send(translated(parts.translator.begin()))
  }

  get client(): WebSocketConnection {
    return this.#pair.client
  }

  get #provider(): WebSocketConnection {
    return this.#pair.provider
  }

  /** What the client said before it was there, when it asked for its secret. */
  begin(message: Message): void {
    void this.#clientSaid(message)
  }

  #clientSaid(message: Message): Promise<void> | undefined {
    if (this.#isEnding) return undefined
    const { watch } = this.#parts
    if (watch !== undefined) return this.#overhear(watch, message)
    let event: ClientEvent | undefined
    try {
      event = readClientEvent(message)
      return this.#take(event, withOwnModel(event, this.#parts.names))
    } catch (error) {
      if (!isGatewayError(error)) throw error
      return this.client.send(errorEvent(error, event === undefined ? undefined : eventIdOf(event)))
    }
  }

  /** What begins a response is the provider's to say; the conversation that it would read is paid for before it grows. */
  #overhear(watch: RealtimeTranslator, message: Message): Promise<void> | undefined {
    const audio = watch.audioIn?.(readJson(message.bytes) ?? {})
    this.#growth.sent(audio === undefined ? 'text' : 'audio', audio ?? message.bytes.length)
    const { most } = this.#growth
    const { purse } = this.#parts
    if (purse.covers(most)) return this.#provider.send(message)
    return purse.enlarge(most).then(
      () => this.#provider.send(message),
      (cause: unknown) => this.#refuse(asRefusal(cause)),
    )
  }

  #take(event: ClientEvent, bytes: Uint8Array): Promise<void> | undefined {
    const { purse, translator } = this.#parts
    const sending =
      translator === undefined
        ? { toProvider: [{ isText: true, bytes }], toClient: [] }
        : translated(translator.heard(readJson(bytes) ?? {}))
    const audio = audioSize(event)
    this.#growth.sent(audio === undefined ? 'text' : 'audio', audio ?? bytes.length)
    const isFunded = purse.covers(this.#growth.most) && !(event.type === 'response.create' && purse.spares <= this.#asked)
    return isFunded ? this.#forward(event, sending) : this.#fund(event, sending)
  }

  #forward({ type }: ClientEvent, sending: Sending): Promise<void> | undefined {
    if (type === 'response.create') this.#asked++
    return this.#send(sending)
  }

  #send({ toProvider, toClient }: Sending): Promise<void> | undefined {
    let work: Promise<void> | undefined
    for (const message of toClient) work = this.client.send(message)
    for (const message of toProvider) work = this.#provider.send(message) ?? work
    return work
  }

  /** Nothing that may begin a response goes out before that is paid for. */
  async #fund(event: ClientEvent, sending: Sending): Promise<void> {
    const { purse } = this.#parts
    const { most } = this.#growth
    try {
      if (!purse.covers(most)) await purse.enlarge(most)
      if (event.type === 'response.create' && purse.spares <= this.#asked) await purse.reserve(most)
    } catch (cause) {
      const error = asRefusal(cause)
      // What runs is paid for; only this one is refused.
      if (this.#running.size > 0 && event.type === 'response.create') return this.client.send(errorEvent(error, eventIdOf(event)))
      return this.#refuse(error)
    }
    await this.#forward(event, sending)
  }

  #providerSaid(message: Message): Promise<void> | undefined {
    const { translator, watch } = this.#parts
    if (watch !== undefined) return this.#watch(watch, message)
    if (translator !== undefined) return this.#retell(translator, readJson(message.bytes))
    const event = message.isText ? readProviderEvent(message.bytes) : undefined
    return event === undefined ? this.#pass(message) : this.#account(event, message)
  }

  async #retell(translator: RealtimeTranslator, message: JsonObject | undefined): Promise<void> {
    const { toProvider, toClient } = translator.said(message ?? {})
    await this.#send(translated({ toProvider, toClient: [] }))
    for (const event of toClient) await this.#account(event, eventMessage(event))
  }

  async #watch(watch: RealtimeTranslator, message: Message): Promise<void> {
    for (const event of watch.said(readJson(message.bytes) ?? {}).toClient) await this.#account(event)
    if (!this.#isEnding) await this.client.send(message)
  }

  /** Writes into the books what an event says, and passes it on. */
  #account(event: JsonObject, message?: Message): Promise<void> | undefined {
    switch (event['type']) {
      case 'response.created':
        return this.#begin(event, message)
      case 'response.done':
        return this.#done(event, message)
      case 'conversation.item.input_audio_transcription.completed':
        return this.#transcribed(event, message)
      case 'session.created':
      case 'session.updated':
        this.#growth.formats(objectOf(event['session']) ?? {})
        return this.#pass(message)
      case 'error':
        this.#asked = Math.max(0, this.#asked - 1)
        return this.#pass(message)
      default:
        return this.#passDelta(event, message)
    }
  }

  /** Undefined: it was only read along. */
  #pass(message: Message | undefined): Promise<void> | undefined {
    return message === undefined ? undefined : this.client.send(message)
  }

  #passDelta(event: JsonObject, message?: Message): Promise<void> | undefined {
    const delta = deltaOf(event)
    if (delta !== undefined) this.#growth.made(delta.response, delta.kind, delta.size)
    return this.#pass(message)
  }

  async #begin(event: JsonObject, message?: Message): Promise<void> {
    const { purse, deployment } = this.#parts
    const id = responseId(event)
    this.#asked = Math.max(0, this.#asked - 1)
    try {
      // The provider may begin one by itself where the client has just asked for another.
      if (purse.spares === 0) await purse.reserve(this.#growth.most)
      if (!this.#provider.isOpen) return
      const claim = purse.response(deployment)
      if (claim !== undefined) this.#running.set(id, claim)
    } catch (cause) {
      this.#refuse(asRefusal(cause))
      return
    }
    await this.#pass(message)
  }

  async #done(event: JsonObject, message?: Message): Promise<void> {
    const { purse, deployment } = this.#parts
    const id = responseId(event)
    const response = objectOf(event['response']) ?? {}
    const said = usageOf(response)
    const usage = said !== undefined && isPossible(said, deployment.facts) ? said : this.#growth.estimate(id)
    this.#growth.counted(id, usage)
    const isSettled = await this.#settle(id, { ...statusOf(response), usage, providerId: id })
    if (this.#running.size === 0) this.#settled?.()
    if (!isSettled || this.#isEnding) return
    await this.#pass(message)
    if (this.#running.size > 0 || purse.spares > 0) return
    try {
      await purse.reserve(this.#growth.most)
    } catch (cause) {
      this.#refuse(asRefusal(cause))
    }
  }

  async #transcribed(event: JsonObject, message?: Message): Promise<void> {
    const usage = transcriptionUsageOf(event)
    const ending: Ending | undefined =
      usage === undefined ? undefined : { status: 'success', error: undefined, usage, providerId: stringOf(event['item_id']) }
    if (ending !== undefined && !(await this.#charge(ending))) return
    await this.#pass(message)
  }

  /** False: the ledger could not be written, and the session is over. */
  #settle(id: string, ending: Ending): Promise<boolean> {
    const claim = this.#running.get(id)
    this.#running.delete(id)
    return claim === undefined ? this.#charge(ending) : this.#write(() => claim.settle(ending))
  }

  #charge(ending: Ending): Promise<boolean> {
    const { purse, deployment } = this.#parts
    return this.#write(async () => (await purse.extra(deployment)).settle(ending))
  }

  async #write(write: () => Promise<void>): Promise<boolean> {
    try {
      await write()
      return true
    } catch (cause) {
      const { gateway, callId } = this.#parts.context
      gateway.log.error('a realtime session could not be written to the ledger', { callId, error: cause })
      this.#refuse(fail('unavailable', 'The ledger cannot be written, so the session ends.', { type: 'ledger_unavailable' }))
      return false
    }
  }

  /** Tells the client why, and ends. */
  #refuse(error: GatewayError): undefined {
    if (this.#isEnding) return undefined
    this.#tell(error)
    void this.#end({ status: 'failure', error }, closeOf(error))
    return undefined
  }

  /** Clients of other protocols than ours have the close frame alone. */
  #tell(error: GatewayError): void {
    if (this.#parts.watch === undefined) void this.client.send(errorEvent(error))
  }

  #clientLeft({ code }: Close): void {
    const isCut = !isGoodbye(code)
    void this.#end(
      isCut ? { status: 'cancelled', error: fail('client_closed', 'The client closed the connection.') } : { status: 'success' },
      { code: 1000, reason: '' },
    )
  }

  #providerLeft({ code, reason }: Close): void {
    const isGood = isGoodbye(code)
    if (!isGood && !this.#isEnding) this.#tell(providerLost(code))
    this.#settled?.()
    void this.#end(isGood ? { status: 'success' } : { status: 'failure', error: providerLost(code) }, {
      code: code === noCode ? 1000 : isGoodbye(code) || code === 1008 ? code : 1011,
      reason,
    })
  }

  async #end({ status, error }: Pick<Ending, 'status'> & { readonly error?: GatewayError }, close: Close): Promise<void> {
    if (this.#isEnding) return
    this.#isEnding = true
    this.#pair.stop()
    const { purse, claim, context, deployment } = this.#parts
    this.client.close(close.code, close.reason)
    if (this.#running.size > 0 && this.#parts.watch === undefined) await this.#cancelRunning()
    for (const id of this.#running.keys()) {
      const usage: Usage = this.#growth.estimate(id)
      await this.#settle(id, { status: status === 'success' ? 'cancelled' : status, error, usage, providerId: id })
    }
    this.#provider.close(1000, '')
    await this.#write(() => claim.settle({ status, error, usage: noUsage, providerId: undefined }))
    purse.close()
    context.snapshot.engine.health.finish(deployment.id)
  }

  /** The provider says what a response has used when it is cancelled: better than a guess. */
  async #cancelRunning(): Promise<void> {
    const over = Promise.withResolvers<void>()
    this.#settled = over.resolve
    const timer = setTimeout(over.resolve, this.#provider.isOpen ? this.#parts.limits.settleMs : 0)
    for (const id of this.#running.keys()) {
      const event = { type: 'response.cancel', response_id: id }
      const { toProvider } = this.#parts.translator?.heard(event) ?? { toProvider: [event] }
      void this.#send(translated({ toProvider, toClient: [] }))
    }
    await over.promise
    clearTimeout(timer)
  }
}

interface Sending {
  readonly toProvider: readonly Message[]
  readonly toClient: readonly Message[]
}

const translated = ({ toProvider, toClient }: Translated): Sending => ({
  toProvider: toProvider.map(eventMessage),
  toClient: toClient.map(eventMessage),
})

const responseId = (event: JsonObject): string => stringOf(objectOf(event['response'])?.['id']) ?? ''

function statusOf(response: JsonObject): Pick<Ending, 'status' | 'error'> {
  switch (response['status']) {
    case 'failed':
      return { status: 'failure', error: fail('bad_reply', 'The provider could not finish the response.') }
    case 'cancelled':
      return { status: 'cancelled', error: undefined }
    default:
      return { status: 'success', error: undefined }
  }
}
