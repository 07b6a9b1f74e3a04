import type { Cancellation } from '@switchyard/core'
import type { Socket, SocketEvents } from '../http1/socket.ts'
import type { RoomLimits } from './connection-room.ts'

/** Names are asked for in lower case; what came twice is joined by a comma. */
export type RequestHeaders = Pick<Headers, 'get'> & Iterable<readonly [name: string, value: string]>

/** What the gateway reads of a request: `Request` has it, and so has the adapter of a runtime whose own `Request` is slow. */
export interface HttpRequest {
  readonly url: string
  readonly method: string
  readonly headers: RequestHeaders
  /** Aborts when the client leaves before it has its answer. */
  readonly signal: AbortSignal
  /** The same at less cost. */
  readonly leaving?: Cancellation
  readonly body: AsyncIterable<Uint8Array> | null
  /** The whole body, where it has come already. */
  received?(): Uint8Array | undefined
  bytes(): Promise<Uint8Array>
}

/** The body of a reply on the data path: bytes, or the pieces of a stream. */
export type ReplyBody = Uint8Array | AsyncGenerator<Uint8Array, void, void>

/** Makes the response of the data path, in the form that the runtime's server sends at the least cost. */
export type MakeResponse = (body: ReplyBody, headers: Readonly<Record<string, string>>, status?: number) => Response

/**
 * The answer of a route that goes on with the connection itself: after a 101 with these headers it belongs to what `take`
 * answers. `take` is called even when the client has left meanwhile, so that nothing stays open behind it.
 */
export class Upgrade extends Response {
  readonly fields: Readonly<Record<string, string>>
  readonly take: (socket: Socket) => SocketEvents
  constructor(fields: Readonly<Record<string, string>>, take: (socket: Socket) => SocketEvents) {
    super(null)
    this.fields = fields
    this.take = take
  }
}

/** A listening server. */
export interface Listener {
  readonly port: number
  /** Stops accepting; resolves when every request in flight is answered. */
  stop(): Promise<void>
  /** Closes everything at once. */
  kill(): void
}

export interface ListenOptions {
  readonly host: string
  readonly port: number
  /** Several processes share the port (Linux). */
  readonly shared: boolean
  readonly maxBodyBytes: number
  /** Each answer ends its connection, so that the client's next request finds another gateway. */
  readonly isDraining: () => boolean
  readonly room: RoomLimits
  /** `isExtra`: it came on a connection for which there is no room. */
  readonly handle: (request: HttpRequest, ip: string | null, isExtra: boolean) => Promise<Response>
}
