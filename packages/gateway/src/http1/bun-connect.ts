import { BunSocket, nativeHandler } from './bun-socket.ts'
import { ClientConnection } from './client-connection.ts'
import type { Connect } from './client-pool.ts'
import { connectedTooLate } from '../upstream/connecting.ts'

/** Opens connections on Bun. With TLS, chain and host name are checked before a byte of ours is sent. */
export const bunConnect: Connect = ({ isTls, host, port }, { idle, closed, signal, timeoutMs }) =>
  new Promise((resolve, reject) => {
    let isOver = false
    const end = (act: () => void): void => {
      if (isOver) return
      isOver = true
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
      act()
    }
    const onAbort = (): void => end(() => reject(signal.reason instanceof Error ? signal.reason : new Error('aborted')))
    const timer =
      timeoutMs === undefined ? undefined : setTimeout(() => end(() => reject(connectedTooLate(timeoutMs))), timeoutMs)
    signal.addEventListener('abort', onAbort, { once: true })
    const ready = (socket: BunSocket): void => {
      if (isOver) return socket.destroy()
      const connection = new ClientConnection(socket, { idle, closed })
      socket.events = connection
      end(() => resolve(connection))
    }
    const refused = (error: Error): void => end(() => reject(error))
    Bun.connect<BunSocket>({
      hostname: host,
      port,
      ...(isTls ? { tls: { serverName: host, rejectUnauthorized: true } } : {}),
      socket: {
        ...nativeHandler,
        open: (native) => {
          native.setNoDelay(true)
          native.data = new BunSocket(native)
          if (!isTls) ready(native.data)
        },
        handshake: (native, isTrusted, trouble) => {
          if (isTrusted) return ready(native.data)
          native.data.destroy()
          refused(trouble ?? new Error('The TLS handshake failed.'))
        },
        close: (native, error) => {
          refused(error ?? new Error('The connection was closed before it could be used.'))
          native.data?.close(error)
        },
        connectError: (_native, error) => refused(error),
      },
    }).catch(refused)
  })
