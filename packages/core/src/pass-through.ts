import type { GatewayError, JsonObject, Unit, Usage } from '@switchyard/wire'
import type { Endpoint, MeasuredOperation, Target } from './contracts.ts'

/** How the gateway passes on what stands under `/<prefix>/` to the provider's own address. */
export interface PassThrough {
  /** Prefixes of the gateway's paths besides the provider's id. */
  readonly prefixes?: readonly string[]
  /** What any key may ask for, by the path in lower case; the rest (keys, bills, servers) is the master key's. All, if absent. */
  readonly open?: RegExp
  /** The provider's URL of a path; the default puts it behind the base URL, whose version gives way to the path's own. */
  url?(target: Target, path: string): string
  /** Ends of the paths of `endpoints` → those that the same calls have as streams. */
  readonly streamPaths?: Readonly<Record<string, string>>
  /** Signatures cover the body, so it cannot be sent while it comes. */
  readonly signsBody?: true
  /** The chat endpoint that stands behind a path, where the model decides it too. */
  chatAt?(path: string, model: string): Endpoint | undefined
  /** Calls besides chats in shapes of the provider's own, which are metered where they pass. */
  readonly calls?: readonly PassedCall[]
  /** Jobs that are billed when their end is seen. */
  readonly jobs?: readonly PassedJob[]
  /** What costs in a way that is not read here, and where this gateway has the same with its costs. */
  readonly unmetered?: readonly UnmeteredPath[]
  /** Conversations over WebSockets. */
  readonly sockets?: readonly PassedSocket[]
  /** URLs of the provider in its replies that its clients follow. */
  readonly links?: readonly PassedLink[]
  /** An error of the gateway as the provider's own clients read errors, where that is not OpenAI's or its dialect's way. */
  writeError?(error: GatewayError): WrittenError
}

/** A call of the provider's own that is passed on as it is: its bytes are only read along, for the books. */
export interface PassedCall {
  /** The end of the path, in lower case; `{…}` stands for any segment. */
  readonly path: string
  readonly operation: MeasuredOperation | 'embedding'
  /** How the request comes; JSON if nothing is said. */
  readonly body?: 'form' | 'bytes'
  /** Only of these models, where the path serves several operations. */
  readonly models?: RegExp
  /** The request in the client's shape, as far as it is counted: `model`, where the path does not name it, and what is priced. */
  asked(body: JsonObject, query: URLSearchParams): JsonObject
  /** What the reply says that was used, where it says so in a way of its own. */
  usage?(reply: unknown): Partial<Usage> | undefined
}

/** A job of the provider's own: made at a path, asked for with its id behind it. */
export interface PassedJob {
  /** The end of the path, in lower case. */
  readonly path: string
  readonly operation: MeasuredOperation
  /** Which job a reply is about and, when it is done, what it has used. */
  read(reply: JsonObject): PassedJobReply | undefined
}

export interface PassedJobReply {
  readonly id: string
  readonly model: string
  readonly usage: Partial<Usage> | undefined
}

/** A POST that starts what is billed later. */
export interface UnmeteredPath {
  /** The end of the path, in lower case; `{…}` stands for any segment. */
  readonly path: string
  /** The gateway's own route: `POST /v1/batches`. */
  readonly instead: string
}

/** A WebSocket of the provider's own, whose messages are passed on as they are. */
export interface PassedSocket {
  /** The end of the path, in lower case; `{…}` stands for any segment. */
  readonly path: string
  /** The model, where the address says it or there is a usual one. */
  model?(query: URLSearchParams): string | undefined
  /** The model, where the client's first message says it. */
  modelIn?(first: JsonObject): string | undefined
  /** Fields of the client's messages in which it may send its key. */
  readonly keyFields?: readonly string[]
  /** How much of what is billed was used. Undefined: a conversation that the provider's `realtime` reads along. */
  readonly counted?: CountedSocket
}

export interface CountedSocket {
  readonly operation: MeasuredOperation
  readonly unit: Unit
  /** Made anew for each session; `seconds`: how long it has been open. */
  counter(seconds: () => number): SocketCounter
}

/** Reads the messages of both sides along, as far as they are JSON. */
export interface SocketCounter {
  /** The client's, before it goes out. */
  sent?(message: JsonObject): void
  said?(message: JsonObject): void
  /** Of the unit, since the session began. */
  readonly amount: number
}

/** Where a reply tells its client to go on. */
export interface PassedLink {
  /** The end of the request's path, in lower case; `{…}` stands for any segment. */
  readonly path: string
  readonly field?: string
  readonly header?: string
  /** The URL is a secret by itself: clients send no key to it. */
  readonly keyless?: true
}

export interface WrittenError {
  readonly body: JsonObject
  readonly headers?: Readonly<Record<string, string>>
}
