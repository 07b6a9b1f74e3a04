import { connect as connectPlain, isIP, type Socket as Native } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { fail, isGatewayError, kindOfStatus, type GatewayError } from '@switchyard/wire'
import { isFieldText, ProtocolError } from '../http1/fields.ts'
import { readReplyHead } from '../http1/head.ts'
import { NetSocket } from '../http1/net-socket.ts'
import { clientHandshake } from '../http1/websocket-handshake.ts'
import { connectedTooLate } from './connecting.ts'
import { outgoingRoom } from './outgoing-room.ts'

export interface Dialing {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** 0: no limit. */
  readonly connectMs: number
  readonly handshakeMs: number
  readonly signal: AbortSignal
}

const headEnd = '\r\n\r\n'
const mostHeadBytes = 64 * 1024

/** Opens a WebSocket to a provider: resolves with the connection behind its handshake. Redirects are never followed. */
export function dial(dialing: Dialing): Promise<NetSocket> {
  const url = new URL(dialing.url)
  const { headers, accept } = clientHandshake()
  const head = headBytes(url, { ...dialing.headers, ...headers })
  return new Promise((resolve, reject) => {
    const leave = outgoingRoom.enter()
    const native = connect(url, () => {
      native.setNoDelay(true)
      clearTimeout(connectTimer)
      native.write(head)
    })
    const end = (act: () => void): void => {
      clearTimeout(connectTimer)
      clearTimeout(timer)
      dialing.signal.removeEventListener('abort', onAbort)
      native.off('data', onData).off('close', onClose)
      act()
    }
    const giveUp = (error: GatewayError): void => {
      end(() => reject(error))
      native.destroy()
    }
    const onAbort = (): void => giveUp(fail('client_closed', 'The client closed the connection.'))
    const onClose = (): void => giveUp(unreachable(failure))
    let failure: Error | undefined
    let received = Buffer.alloc(0)
    const onData = (bytes: Buffer): void => {
      received = Buffer.concat([received, bytes])
      const at = received.indexOf(headEnd)
      if (at < 0 && received.length <= mostHeadBytes) return
      const refused = at < 0 ? fail('bad_reply', 'The head of the reply is too large.') : refusal(received, at, accept)
      if (refused === undefined) end(() => resolve(new NetSocket(native, received.subarray(at + headEnd.length))))
      else giveUp(refused)
    }
    // It stays: a connection that breaks later closes too, and that is listened to.
    native.on('error', (error: Error) => (failure = error)).once('close', leave)
    native.on('data', onData).on('close', onClose)
    dialing.signal.addEventListener('abort', onAbort, { once: true })
    const connectTimer = after(dialing.connectMs, () => giveUp(tooLate(dialing.connectMs)))
    const timer = after(dialing.handshakeMs, () => giveUp(silent(dialing.handshakeMs)))
    if (dialing.signal.aborted) onAbort()
  })
}

const after = (ms: number, act: () => void): NodeJS.Timeout | undefined => (ms > 0 ? setTimeout(act, ms) : undefined)

function connect({ protocol, hostname, port }: URL, ready: () => void): Native {
  const host = hostname.replace(/^\[|\]$/g, '')
  if (protocol !== 'https:') return connectPlain({ host, port: port === '' ? 80 : Number(port) }, ready)
  const servername = isIP(host) === 0 ? { servername: host } : {}
  return connectTls({ host, port: port === '' ? 443 : Number(port), ALPNProtocols: ['http/1.1'], ...servername }, ready)
}

function headBytes({ pathname, search, host }: URL, headers: Readonly<Record<string, string>>): Buffer {
  let head = `GET ${pathname}${search} HTTP/1.1\r\nhost: ${host}\r\n`
  for (const [name, value] of Object.entries(headers)) {
    if (!isFieldText(name) || !isFieldText(value))
      throw fail('bad_request', 'A header for the provider holds characters that no header may hold.')
    head += `${name}: ${value}\r\n`
  }
  return Buffer.from(`${head}\r\n`, 'latin1')
}

/** Undefined when the provider has accepted. What else it says stays with us: it may quote our key. */
function refusal(received: Buffer, headLength: number, accept: string): GatewayError | undefined {
  try {
    const { status, fields } = readReplyHead(received.toString('latin1', 0, headLength))
    if (status !== 101) {
      const kind = status >= 300 && status < 400 ? 'bad_gateway' : kindOfStatus(status)
      return fail(kind, `The provider answered the WebSocket handshake with ${status}.`, { upstreamStatus: status })
    }
    if (fields.get('sec-websocket-accept') === accept) return undefined
    return fail('bad_reply', 'The provider answered the WebSocket handshake with a wrong key.')
  } catch (error) {
    if (error instanceof ProtocolError)
      return fail('bad_reply', 'The provider answered with what is no HTTP.', {}, { cause: error })
    throw error
  }
}

const unreachable = (cause: unknown): GatewayError =>
  fail('unreachable', 'The provider could not be reached.', { code: 'upstream_unreachable' }, { cause })

function tooLate(ms: number): GatewayError {
  const error = connectedTooLate(ms)
  return isGatewayError(error) ? error : unreachable(error)
}

const silent = (ms: number): GatewayError =>
  fail('timeout', `The provider did not answer the WebSocket handshake within ${ms / 1000} seconds.`)
