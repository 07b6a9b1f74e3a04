import { BunSocket, nativeHandler } from '../http1/bun-socket.ts'
import { crowdedBytes } from '../http1/reply-writer.ts'
import { ServerConnection } from '../http1/server-connection.ts'
import { ConnectionRoom } from './connection-room.ts'
import type { Listener, ListenOptions } from './listener.ts'

export { makeResponse } from '../http1/reply-writer.ts'

const sweepMs = 2000
const keepAliveMs = 60_000

/**
 * The server on Bun: one of the two files that know this runtime. Its own HTTP server costs a stream of 60 chunks 50 µs more
 * than our connections on its sockets do (bench/results, 2026-11-22), and gives no say over heads, bodies and closing.
 */
export function listen({ host, port, shared, isDraining, handle, ...options }: ListenOptions): Listener {
  const room = new ConnectionRoom<ServerConnection>(options.room)
  const connections = room.guests
  let isStopping = false
  const open = (socket: BunSocket): void => {
    const place = room.placeFor(performance.now())
    if (place === 'none') {
      socket.write(crowdedBytes())
      return socket.end()
    }
    const isExtra = place === 'extra'
    const connection = new ServerConnection(socket, {
      handle: (request, ip) => handle(request, ip, isExtra),
      isStopping: () => isExtra || isStopping || isDraining(),
      closed: () => connections.delete(connection),
    })
    connections.add(connection)
    socket.events = connection
  }
  // `reusePort` works and is not in Bun's types of `listen` (oven-sh/bun#41899); without it a second worker finds the port taken.
  const address = { hostname: host, port, reusePort: shared, allowHalfOpen: true }
  const server = Bun.listen<BunSocket>({
    ...address,
    socket: {
      ...nativeHandler,
      open: (native) => {
        native.setNoDelay(true)
        native.setKeepAlive(true, keepAliveMs)
        native.data = new BunSocket(native)
        open(native.data)
      },
    },
  })
  const sweeper = setInterval(() => {
    const now = performance.now()
    for (const connection of connections) connection.sweep(now)
  }, sweepMs).unref()
  return {
    port: server.port,
    stop: async () => {
      isStopping = true
      server.stop(false)
      for (const connection of connections) connection.stop()
      while ([...connections].some((connection) => connection.isBusy)) await Bun.sleep(20)
      clearInterval(sweeper)
    },
    kill: () => {
      clearInterval(sweeper)
      server.stop(true)
      for (const connection of connections) connection.kill()
    },
  }
}
