import { createHash, randomBytes } from 'node:crypto'
import { fail } from '@switchyard/wire'
import type { RequestHeaders } from '../http/listener.ts'
import { lists } from './fields.ts'

/** RFC 6455 §1.3. */
const acceptGuid = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'
const acceptOf = (key: string): string => createHash('sha1').update(`${key}${acceptGuid}`).digest('base64')

/** The subprotocols that a client offers, in its order. */
export const offeredProtocols = (headers: RequestHeaders): readonly string[] =>
  (headers.get('sec-websocket-protocol') ?? '')
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '')

export const isWebSocketRequest = (headers: RequestHeaders): boolean =>
  headers.get('upgrade')?.toLowerCase() === 'websocket' && lists(headers.get('connection'), 'upgrade')

/** The headers that accept a client's handshake. Throws `bad_request` for what is none. */
export function acceptHandshake(headers: RequestHeaders, protocol: string | undefined): Record<string, string> {
  if (!isWebSocketRequest(headers))
    throw fail('bad_request', 'This route speaks WebSocket: send "Connection: Upgrade" and "Upgrade: websocket".')
  const key = headers.get('sec-websocket-key') ?? ''
  if (!/^[A-Za-z0-9+/]{22}==$/.test(key)) throw fail('bad_request', 'Sec-WebSocket-Key must be 16 bytes in base64.')
  if (headers.get('sec-websocket-version') !== '13') throw fail('bad_request', 'Sec-WebSocket-Version must be 13.')
  return {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-accept': acceptOf(key),
    ...(protocol === undefined ? {} : { 'sec-websocket-protocol': protocol }),
  }
}

/** The answer after which a connection belongs to the protocol that the client asked for. */
export function switchingBytes(headers: Readonly<Record<string, string>>): Buffer {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  return Buffer.from(`HTTP/1.1 101 Switching Protocols\r\n${lines.join('')}\r\n`, 'latin1')
}

export interface ClientHandshake {
  readonly headers: Readonly<Record<string, string>>
  /** What the server has to answer. */
  readonly accept: string
}

export function clientHandshake(): ClientHandshake {
  const key = randomBytes(16).toString('base64')
  return {
    headers: { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13', 'sec-websocket-key': key },
    accept: acceptOf(key),
  }
}
