import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { requestOf, type SoakCall } from './calls.ts'

/** What came back. */
export interface Received {
  readonly status: number
  readonly text: string
  /** The client went away before the end. */
  readonly left: boolean
  readonly startedMs: number
  readonly endedMs: number
}

export interface Door {
  readonly url: string
  readonly keyOf: (call: SoakCall) => string
}

/** Makes the call and takes the reply as its client does. Throws when there was none. */
export async function send(door: Door, call: SoakCall): Promise<Received> {
  const startedMs = performance.now()
  const reply = await (call.reading.how === 'slowly' ? slowly(door, call, call.reading.pauseMs) : atOnce(door, call))
  return { ...reply, startedMs, endedMs: performance.now() }
}

type Reply = Pick<Received, 'status' | 'text' | 'left'>

async function atOnce({ url, keyOf }: Door, call: SoakCall): Promise<Reply> {
  const { path, body } = requestOf(call)
  const leaving = new AbortController()
  const timer = call.reading.how === 'leaves' ? setTimeout(() => leaving.abort(), call.reading.afterMs) : undefined
  try {
    const reply = await fetch(url + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${keyOf(call)}`, 'content-type': 'application/json' },
      body,
      signal: leaving.signal,
    })
    return { status: reply.status, text: await reply.text(), left: false }
  } catch (error) {
    if (!leaving.signal.aborted) throw error
    return { status: 0, text: '', left: true }
  } finally {
    clearTimeout(timer)
  }
}

/** On a bare socket, which reads only when it is told to: what is not read fills the buffers up to the provider. */
async function slowly({ url, keyOf }: Door, call: SoakCall, pauseMs: number): Promise<Reply> {
  const { path, body } = requestOf(call)
  const { hostname, port, host } = new URL(url)
  const head = [
    `POST ${path} HTTP/1.1`,
    `Host: ${host}`,
    `Authorization: Bearer ${keyOf(call)}`,
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ]
  const socket = connect(Number(port), hostname)
  socket.write(`${head.join('\r\n')}\r\n\r\n${body}`)
  const parts: Buffer[] = []
  for await (const part of socket) {
    parts.push(part)
    await sleep(pauseMs)
  }
  const bytes = Buffer.concat(parts)
  const end = bytes.indexOf('\r\n\r\n')
  const fields = bytes.subarray(0, end).toString('latin1')
  const isChunked = /^transfer-encoding: *chunked/im.test(fields)
  const rest = bytes.subarray(end + 4)
  return { status: Number(fields.split(' ')[1]), text: (isChunked ? joinChunks(rest) : rest).toString('utf8'), left: false }
}

/** The body behind the chunk sizes; as much of it as came. */
function joinChunks(bytes: Buffer): Buffer {
  const parts: Buffer[] = []
  for (let offset = 0; ;) {
    const lineEnd = bytes.indexOf('\r\n', offset)
    const length = lineEnd < 0 ? 0 : Number.parseInt(bytes.subarray(offset, lineEnd).toString('latin1'), 16)
    if (!(length > 0)) return Buffer.concat(parts)
    parts.push(bytes.subarray(lineEnd + 2, lineEnd + 2 + length))
    offset = lineEnd + 2 + length + 2
  }
}
