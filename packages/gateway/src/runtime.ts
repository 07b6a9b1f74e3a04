import type { Transport } from '@switchyard/core'
import type { Listener, ListenOptions, MakeResponse } from './http/listener.ts'

/** What differs between the runtimes: the way in and the way out. */
export interface Runtime {
  readonly listen: (options: ListenOptions) => Listener | Promise<Listener>
  readonly makeResponse: MakeResponse
  readonly transport: Transport
}

const isBun = typeof Bun !== 'undefined'

/** The adapters of the runtime that this process is; the other's are never loaded. */
export async function loadRuntime(): Promise<Runtime> {
  if (isBun) {
    const [server, { socketTransport }] = await Promise.all([
      import('./http/serve-bun.ts'),
      import('./upstream/socket-transport.ts'),
    ])
    return { listen: server.listen, makeResponse: server.makeResponse, transport: socketTransport }
  }
  const [server, { undiciTransport }] = await Promise.all([
    import('./http/serve-node.ts'),
    import('./upstream/undici-transport.ts'),
  ])
  return { listen: server.listen, makeResponse: server.makeResponse, transport: undiciTransport }
}

/** Node refuses a shared port on other systems (`reusePort`, its documentation of 22.12). */
export const sharesPorts = isBun || process.platform === 'linux' || process.platform === 'freebsd'
