import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Listener, ListenOptions, MakeResponse, ReplyBody } from './listener.ts'
import { NodeRequest } from './node-request.ts'

/** The rest of a refused body is thrown away for so long: a connection that is closed while it comes takes the answer along. */
const lingerMs = 5000

/**
 * The server on Node: one of the two files that know this runtime. Headers have to come within a minute (Node's own
 * limit); bodies have the gateway's timers, and an idle connection is kept as it is on Bun, with TCP keep-alive.
 */
export async function listen({ host, port, shared, isDraining, handle }: ListenOptions): Promise<Listener> {
  const server = createServer({ requestTimeout: 0, keepAliveTimeout: 0, keepAlive: true, keepAliveInitialDelay: 60_000 })
  // Their size is limited. A limit of their number would drop the rest of them without a word.
  server.maxHeadersCount = 0
  let isStopping = false
  // To Node a connection that has not said anything yet is not idle.
  const silent = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    silent.add(socket)
    socket.once('close', () => silent.delete(socket))
  })
  server.on('request', (incoming, outgoing) => {
    silent.delete(incoming.socket)
    if (isStopping || isDraining()) outgoing.setHeader('connection', 'close')
    outgoing.once('close', () => {
      if (isStopping) incoming.socket.end()
    })
    void serve(incoming, outgoing, handle)
  })
  server.listen({ host, port, reusePort: shared })
  await once(server, 'listening')
  return {
    port: portOf(server) ?? port,
    stop: () => {
      isStopping = true
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      for (const socket of silent) socket.destroy()
      return closed
    },
    kill: () => server.closeAllConnections(),
  }
}

function portOf(server: Server): number | undefined {
  const address = server.address()
  return address === null || typeof address === 'string' ? undefined : address.port
}

/** A response whose body is written to the socket as it is: read back through a `Response`, a stream costs twice as much. */
class DirectResponse extends Response {
  readonly source: ReplyBody
  constructor(source: ReplyBody, headers: Readonly<Record<string, string>>) {
    super(null, { headers })
    this.source = source
  }
}

export const makeResponse: MakeResponse = (body, headers) => new DirectResponse(body, headers)

/** What `handle` throws is a bug, and the process says so; the client's connection is closed. */
async function serve(incoming: IncomingMessage, outgoing: ServerResponse, handle: ListenOptions['handle']): Promise<void> {
  const url = urlOf(incoming.url ?? '/')
  if (url === undefined) return void outgoing.writeHead(400, { connection: 'close' }).end()
  const request = new NodeRequest(incoming, url)
  outgoing.once('close', () => outgoing.writableFinished || request.leave())
  outgoing.once('error', () => request.leave())
  try {
    const response = await handle(request, incoming.socket.remoteAddress ?? null)
    if (!incoming.complete && response.headers.get('connection') !== 'close') await discardRest(incoming)
    if (!incoming.complete) outgoing.setHeader('connection', 'close')
    await send(response, outgoing, incoming.method === 'HEAD')
  } finally {
    if (!outgoing.writableEnded) outgoing.destroy()
  }
}

/** Dots in a path are resolved before its route is looked up, as `Request` does it. Undefined: no URL. */
function urlOf(target: string): string | undefined {
  const url = URL.parse(target.startsWith('/') ? `http://localhost${target}` : target)
  return url === null ? undefined : `http://localhost${url.pathname}${url.search}`
}

function discardRest(incoming: IncomingMessage): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, lingerMs)
    for (const end of ['end', 'close']) {
      incoming.once(end, () => {
        clearTimeout(timer)
        resolve()
      })
    }
    incoming.resume()
  })
}

async function send(response: Response, outgoing: ServerResponse, isHead: boolean): Promise<void> {
  const source = response instanceof DirectResponse ? response.source : response.body
  outgoing.statusCode = response.status
  for (const [name, value] of response.headers) outgoing.setHeader(name, value)
  if (source instanceof Uint8Array) return void outgoing.end(source)
  if (source === null || isHead) {
    await response.body?.cancel()
    return void outgoing.end()
  }
  for await (const piece of source) {
    if (outgoing.destroyed) return
    if (!outgoing.write(piece)) await drained(outgoing)
  }
  if (!outgoing.destroyed) outgoing.end()
}

/** The client took what was written, or went away. */
function drained(outgoing: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      outgoing.off('drain', done)
      outgoing.off('close', done)
      resolve()
    }
    outgoing.on('drain', done)
    outgoing.on('close', done)
  })
}
