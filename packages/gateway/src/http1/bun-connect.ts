import type { Socket as Native, SocketHandler } from 'bun'
import { BunSocket, nativeHandler } from './bun-socket.ts'
import { ClientConnection } from './client-connection.ts'
import type { Connect, ConnectOptions, Origin } from './client-pool.ts'
import { connectBytes, Tunnel } from './tunnel.ts'
import { abortReason, connectedTooLate } from '../upstream/connecting.ts'
import { outgoingRoom } from '../upstream/outgoing-room.ts'

/** Opens connections on Bun. With TLS, chain and host name are checked before a byte of ours is sent. */
export const bunConnect: Connect = (origin, options) =>
  new Promise((resolve, reject) => new Connecting(origin, options, { resolve, reject }).start())

interface Waiting {
  readonly resolve: (connection: ClientConnection) => void
  readonly reject: (error: Error) => void
}

class Connecting {
  readonly #origin: Origin
  readonly #options: ConnectOptions
  readonly #waiting: Waiting
  readonly #timer: NodeJS.Timeout | undefined
  /** A connection that nobody waits for any more has its descriptor until it is known what became of it. */
  readonly #leave: () => void
  #opened: Native<BunSocket> | undefined
  #isOver = false

  constructor(origin: Origin, options: ConnectOptions, waiting: Waiting) {
    const { signal, timeoutMs } = options
    this.#origin = origin
    this.#options = options
    this.#waiting = waiting
    this.#leave = outgoingRoom.enter()
    signal.addEventListener('abort', this.#onAbort, { once: true })
    if (timeoutMs !== undefined) this.#timer = setTimeout(() => this.#fail(connectedTooLate(timeoutMs)), timeoutMs)
  }

  start(): void {
    const { isTls, host, port, via } = this.#origin
    const place = via === undefined ? { hostname: host, port } : { hostname: via.host, port: via.port }
    const opening =
      isTls && via === undefined
        ? Bun.connect<BunSocket>({ ...place, tls: this.#tls(), socket: this.#handler(() => undefined) })
        : Bun.connect<BunSocket>({ ...place, socket: this.#handler(isTls ? this.#askForTunnel : this.#ready) })
    opening.catch((error: Error) => {
      this.#leave()
      this.#fail(error)
    })
  }

  readonly #tls = (): { serverName: string; rejectUnauthorized: true } => ({
    serverName: this.#origin.host,
    rejectUnauthorized: true,
  })

  /** `connected`: what to do when the connection stands; with TLS the handshake is still to come. */
  #handler(connected: (socket: BunSocket, native: Native<BunSocket>) => void): SocketHandler<BunSocket> {
    return {
      ...nativeHandler,
      open: (native) => {
        // Nobody waits for it any more.
        if (this.#isOver) return native.terminate()
        this.#opened = native
        native.setNoDelay(true)
        native.data = new BunSocket(native)
        connected(native.data, native)
      },
      handshake: (native, isTrusted, trouble) => {
        if (!isTrusted) this.#fail(trouble ?? new Error('The TLS handshake failed.'))
        else if (!this.#isOver) this.#ready(native.data)
      },
      close: (native, error) => {
        this.#leave()
        this.#fail(error ?? new Error('The connection was closed before it could be used.'))
        native.data?.close(error)
      },
      connectError: (_native, error) => this.#fail(error),
    }
  }

  readonly #askForTunnel = (socket: BunSocket, native: Native<BunSocket>): void => {
    const { host, port, via } = this.#origin
    socket.events = new Tunnel({
      open: () => native.upgradeTLS<BunSocket>({ tls: this.#tls(), socket: this.#handler(() => undefined) }),
      refused: this.#fail,
    })
    socket.write(connectBytes(host, port, via?.credentials))
  }

  readonly #ready = (socket: BunSocket): void => {
    const connection = new ClientConnection(socket, this.#options)
    socket.events = connection
    this.#end(() => this.#waiting.resolve(connection))
  }

  readonly #fail = (error: Error): void =>
    this.#end(() => {
      this.#opened?.terminate()
      this.#waiting.reject(error)
    })

  readonly #onAbort = (): void => this.#fail(abortReason(this.#options.signal))

  #end(act: () => void): void {
    if (this.#isOver) return
    this.#isOver = true
    clearTimeout(this.#timer)
    this.#options.signal.removeEventListener('abort', this.#onAbort)
    act()
  }
}
