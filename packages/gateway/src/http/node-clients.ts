import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { crowdedBytes } from '../http1/reply-writer.ts'
import { ConnectionRoom, idleForMs, type Guest, type RoomLimits } from './connection-room.ts'

class NodeClient implements Guest {
  readonly socket: Socket
  readonly isExtra: boolean
  /** To Node a connection that has not said anything yet is not idle. */
  isSilent = true
  /** Since when no request is being answered, and what had come until then. */
  #restingSince: number | undefined = performance.now()
  #bytesRead = 0

  constructor(socket: Socket, isExtra: boolean) {
    this.socket = socket
    this.isExtra = isExtra
  }

  begin(): void {
    this.isSilent = false
    this.#restingSince = undefined
  }

  rest(): void {
    this.#restingSince = performance.now()
    this.#bytesRead = this.socket.bytesRead
  }

  leaveIfIdle(nowMs: number): boolean {
    const since = this.#restingSince
    const isIdle = since !== undefined && nowMs - since >= idleForMs && this.socket.bytesRead === this.#bytesRead
    if (isIdle) this.socket.destroySoon()
    return isIdle
  }
}

/** Who is connected to Node's server, and whether there is room for them. */
export class NodeClients {
  readonly #room: ConnectionRoom<NodeClient>
  readonly #clients = new Map<Socket, NodeClient>()

  constructor(server: Server, limits: RoomLimits) {
    this.#room = new ConnectionRoom(limits)
    server.on('connection', (socket: Socket) => this.#enter(socket))
  }

  /** A request has come; true: for its connection there is no room. */
  begin(socket: Socket): boolean {
    const client = this.#clients.get(socket)
    client?.begin()
    return client?.isExtra ?? true
  }

  rest(socket: Socket): void {
    this.#clients.get(socket)?.rest()
  }

  closeSilent(): void {
    for (const client of this.#room.guests) if (client.isSilent) client.socket.destroy()
  }

  #enter(socket: Socket): void {
    const place = this.#room.placeFor(performance.now())
    if (place === 'none') {
      socket.write(crowdedBytes())
      return socket.destroySoon()
    }
    const client = new NodeClient(socket, place === 'extra')
    this.#clients.set(socket, client)
    this.#room.guests.add(client)
    socket.once('close', () => {
      this.#clients.delete(socket)
      this.#room.guests.delete(client)
    })
  }
}
