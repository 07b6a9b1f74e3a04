import type { Socket as Native } from 'bun'
import { BunSocket, nativeHandler } from './bun-socket.ts'
import { ClientConnection } from './client-connection.ts'
import type { Connect } from './client-pool.ts'
import { abortReason, connectedTooLate } from '../upstream/connecting.ts'

/** Opens connections on Bun. With TLS, chain and host name are checked before a byte of ours is sent. */
export const bunConnect: Connect = ({ isTls, host, port }, { idle, closed, signal, timeoutMs }) =>
  new Promise((resolve, reject) => {
    let isOver = false
    let opened: Native<BunSocket> | undefined
    const end = (act: () => void): void => {
      if (isOver) return
      isOver = true
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
      act()
    }
    const refused = (error: Error): void =>
      end(() => {
        opened?.terminate()
        reject(error)
      })
    const onAbort = (): void => refused(abortReason(signal))
    const timer = timeoutMs === undefined ? undefined : setTimeout(() => refused(connectedTooLate(timeoutMs)), timeoutMs)
    signal.addEventListener('abort', onAbort, { once: true })
    const ready = (socket: BunSocket): void => {
      const connection = new ClientConnection(socket, { idle, closed })
      socket.events = connection
      end(() => resolve(connection))
    }
    Bun.connect<BunSocket>({
      hostname: host,
      port,
      ...(isTls ? { tls: { serverName: host, rejectUnauthorized: true } } : {}),
      socket: {
        ...nativeHandler,
        open: (native) => {
          // Nobody waits for it any more.
          if (isOver) return void native.terminate()
          opened = native
          native.setNoDelay(true)
          native.data = new BunSocket(native)
          if (!isTls) ready(native.data)
        },
        handshake: (native, isTrusted, trouble) => {
          if (!isTrusted) refused(trouble ?? new Error('The TLS handshake failed.'))
          else if (!isOver) ready(native.data)
        },
        close: (native, error) => {
          refused(error ?? new Error('The connection was closed before it could be used.'))
          native.data?.close(error)
        },
        connectError: (_native, error) => refused(error),
      },
    }).catch(refused)
  })
