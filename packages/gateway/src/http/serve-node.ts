import { once } from 'node:events'
import { createServer, ServerResponse, type IncomingMessage, type Server } from 'node:http'
import { Socket } from 'node:net'
import { isHost } from '../http1/head.ts'
import { NetSocket } from '../http1/net-socket.ts'
import { isWebSocketRequest, switchingBytes } from '../http1/websocket-handshake.ts'
import { Upgrade, type Listener, type ListenOptions, type MakeResponse, type ReplyBody } from './listener.ts'
import { NodeClients } from './node-clients.ts'
import { NodeRequest } from './node-request.ts'

/** The rest of a refused body is thrown away for so long: a connection that is closed while it comes takes the answer along. */
const lingerMs = 5000

/**
 * The server on Node: one of the two files that know this runtime. Headers have to come within a minute (Node's own
 * limit); bodies have the gateway's timers, and an idle connection is kept as it is on Bun, with TCP keep-alive.
 */
export async function listen({ host, port, shared, isDraining, handle, ...options }: ListenOptions): Promise<Listener> {
  const server = createServer({
    requestTimeout: 0,
    keepAliveTimeout: 0,
    keepAlive: true,
    keepAliveInitialDelay: 60_000,
    shouldUpgradeCallback,
  })
  // Their size is limited. A limit of their number would drop the rest of them without a word.
  server.maxHeadersCount = 0
  let isStopping = false
  const clients = new NodeClients(server, options.room)
  server.on('request', (incoming, outgoing) => {
    const isExtra = clients.begin(incoming.socket)
    if (isExtra || isStopping || isDraining()) outgoing.setHeader('connection', 'close')
    outgoing.once('close', () => {
      clients.rest(incoming.socket)
      if (isStopping) incoming.socket.end()
    })
    void serve(incoming, outgoing, (request, ip) => handle(request, ip, isExtra))
  })
  const upgraded = new Set<Socket>()
  if (choosesUpgrades) {
    server.on('upgrade', (incoming, socket, ahead) => {
      if (!(socket instanceof Socket)) return void socket.destroy()
      const isExtra = clients.begin(socket)
      upgraded.add(socket)
      socket.once('close', () => upgraded.delete(socket))
      void serveUpgrade({ incoming, socket, ahead }, (request, ip) => handle(request, ip, isExtra))
    })
  }
  server.listen({ host, port, reusePort: shared })
  await once(server, 'listening')
  return {
    port: portOf(server) ?? port,
    stop: () => {
      isStopping = true
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      clients.closeSilent()
      return closed
    },
    kill: () => {
      server.closeAllConnections()
      for (const socket of upgraded) socket.destroy()
    },
  }
}

/** From these versions on a listener of upgrades does not get those to HTTP/2, which many clients offer with every request. */
const choosesUpgrades = ((): boolean => {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  return major > 24 || (major === 24 && minor >= 9) || (major === 22 && minor >= 21)
})()

const noUpgrades = 'WebSockets need Node >= 22.21, or Bun, which is the default.'

function shouldUpgradeCallback({ headers, method }: IncomingMessage): boolean {
  const { upgrade = '', connection = '' } = headers
  return method === 'GET' && isWebSocketRequest(new Headers({ upgrade, connection }))
}

function portOf(server: Server): number | undefined {
  const address = server.address()
  return address === null || typeof address === 'string' ? undefined : address.port
}

/** A response whose body is written to the socket as it is: read back through a `Response`, a stream costs twice as much. */
class DirectResponse extends Response {
  readonly source: ReplyBody
  constructor(source: ReplyBody, headers: Readonly<Record<string, string>>, status = 200) {
    super(null, { headers, status })
    this.source = source
  }
}

export const makeResponse: MakeResponse = (body, headers, status) => new DirectResponse(body, headers, status)

type Handle = (request: NodeRequest, ip: string | null) => Promise<Response>

/** What `handle` throws is a bug, and the process says so; the client's connection is closed. */
async function serve(incoming: IncomingMessage, outgoing: ServerResponse, handle: Handle): Promise<void> {
  const url = isClear(incoming) ? urlOf(incoming.url ?? '/') : undefined
  if (url === undefined) return void outgoing.writeHead(400, { connection: 'close' }).end()
  const request = new NodeRequest(incoming, url)
  if (!choosesUpgrades && isWebSocketRequest(request.headers)) return void outgoing.writeHead(501).end(noUpgrades)
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

interface UpgradeRequest {
  readonly incoming: IncomingMessage
  readonly socket: Socket
  /** Bytes behind the request. */
  readonly ahead: Uint8Array
}

async function serveUpgrade({ incoming, socket, ahead }: UpgradeRequest, handle: Handle): Promise<void> {
  const answer = new ServerResponse(incoming)
  answer.shouldKeepAlive = false
  const url = isClear(incoming) ? urlOf(incoming.url ?? '/') : undefined
  const request = new NodeRequest(incoming, url ?? '')
  const onClose = (): void => request.leave()
  // A broken connection closes, and that is listened to.
  socket.on('error', onClose)
  socket.once('close', onClose)
  const response = url === undefined ? new Response(null, { status: 400 }) : await handle(request, socket.remoteAddress ?? null)
  if (response instanceof Upgrade) {
    const taken = new NetSocket(socket, ahead)
    taken.write(switchingBytes(response.fields))
    return taken.listen(response.take(taken))
  }
  answer.assignSocket(socket)
  answer.once('finish', () => socket.end())
  await send(response, answer, false)
}

/** Dots in a path are resolved before its route is looked up, as `Request` does it. Undefined: no URL. */
/** What Node's parser lets pass although two readers could read it in two ways. */
function isClear({ rawHeaders, headers, httpVersion }: IncomingMessage): boolean {
  const hosts = rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === 'host').length
  const knowsChunks = httpVersion !== '1.0' || headers['transfer-encoding'] === undefined
  return hosts <= 1 && isHost.test(headers.host ?? '') && knowsChunks
}

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
