import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Socket } from './socket.ts'
import { frameBytes, FrameReader, opcodes } from './websocket-frames.ts'
import { acceptHandshake } from './websocket-handshake.ts'
import { WebSocketConnection, type Close, type Message } from './websocket.ts'

/** A connection whose other end is an array. */
class Wire implements Socket {
  readonly remoteAddress = null
  readonly written: Buffer[] = []
  takes = true
  isPaused = false
  isEnded = false
  write(bytes: Uint8Array): boolean {
    this.written.push(Buffer.from(bytes))
    return this.takes
  }
  pause(): void {
    this.isPaused = true
  }
  resume(): void {
    this.isPaused = false
  }
  end(): void {
    this.isEnded = true
  }
  destroy(): void {
    this.isEnded = true
  }
}

interface Stage {
  readonly wire: Wire
  readonly connection: WebSocketConnection
  readonly messages: string[]
  readonly closes: Close[]
  /** Frames that the connection wrote: opcode and payload in hex. */
  readonly said: () => readonly string[]
}

function stage(work?: (message: Message) => Promise<void> | undefined): Stage {
  const wire = new Wire()
  const messages: string[] = []
  const closes: Close[] = []
  const events = {
    message: (message: Message) => {
      messages.push(`${message.isText ? 'text' : 'binary'} ${Buffer.from(message.bytes).toString()}`)
      return work?.(message)
    },
    closed: (close: Close) => {
      closes.push(close)
      connection.closed()
    },
  }
  const connection: WebSocketConnection = new WebSocketConnection(wire, events, { role: 'server', mostBytes: 1000 })
  const said = (): readonly string[] => {
    const reader = new FrameReader({ isMasked: false, mostBytes: 100_000 })
    const frames: string[] = []
    for (const bytes of wire.written) reader.push(bytes)
    for (let frame = reader.next(); frame !== undefined; frame = reader.next())
      frames.push(`${frame.opcode} ${frame.payload.toString('hex')}`)
    return frames
  }
  return { wire, connection, messages, closes, said }
}

const masked = (opcode: number, text: string | Uint8Array): Buffer =>
  frameBytes(opcode, typeof text === 'string' ? Buffer.from(text) : text, true)
const unfinished = (frame: Buffer): Buffer => {
  frame[0] = (frame[0] ?? 0) & 0x7f
  return frame
}

test("the handshake of RFC 6455's example", () => {
  const headers = new Headers({
    connection: 'keep-alive, Upgrade',
    upgrade: 'WebSocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
  })
  assert.equal(acceptHandshake(headers, undefined)['sec-websocket-accept'], 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=')
  for (const name of ['upgrade', 'connection', 'sec-websocket-version', 'sec-websocket-key']) {
    const without = new Headers(headers)
    without.delete(name)
    assert.throws(() => acceptHandshake(without, undefined))
  }
})

test("RFC 6455's example of a masked frame is a message, however it is cut", () => {
  const frame = Buffer.from('818537fa213d7f9f4d5158', 'hex')
  for (let at = 0; at <= frame.length; at++) {
    const { connection, messages } = stage()
    connection.data(Buffer.from(frame.subarray(0, at)))
    connection.data(Buffer.from(frame.subarray(at)))
    assert.deepEqual(messages, ['text Hello'])
  }
})

test('every form of the length is written and read back', () => {
  for (const length of [0, 125, 126, 65_535, 65_536]) {
    for (const isMasked of [false, true]) {
      const reader = new FrameReader({ isMasked, mostBytes: 100_000 })
      reader.push(frameBytes(opcodes.binary, Buffer.alloc(length, 7), isMasked))
      assert.deepEqual(reader.next()?.payload, Buffer.alloc(length, 7))
      assert.equal(reader.next(), undefined)
    }
  }
})

test('fragments are joined, with control frames between them', () => {
  const { connection, messages, said } = stage()
  connection.data(unfinished(masked(opcodes.text, 'Hel')))
  connection.data(masked(opcodes.ping, 'p'))
  connection.data(masked(opcodes.continuation, 'lo'))
  assert.deepEqual(messages, ['text Hello'])
  assert.deepEqual(said(), ['10 70'])
})

const wrong: readonly (readonly [string, readonly Buffer[], number])[] = [
  ['an unmasked frame', [frameBytes(opcodes.text, Buffer.from('x'), false)], 1002],
  ['a reserved bit', [Buffer.from('c18000000000', 'hex')], 1002],
  ['an unknown opcode', [Buffer.from('838000000000', 'hex')], 1002],
  ['a continuation of nothing', [masked(opcodes.continuation, 'x')], 1002],
  ['a message inside another', [unfinished(masked(opcodes.text, 'x')), masked(opcodes.text, 'y')], 1002],
  ['a long ping', [masked(opcodes.ping, 'x'.repeat(126))], 1002],
  ['a ping in fragments', [unfinished(masked(opcodes.ping, 'x'))], 1002],
  ['text that is not UTF-8', [masked(opcodes.text, Buffer.from([0xff]))], 1007],
  ['a large message', [masked(opcodes.text, 'x'.repeat(1001))], 1009],
  ['a large message in fragments', [unfinished(masked(2, 'x'.repeat(600))), masked(0, 'x'.repeat(600))], 1009],
  ['a length beyond numbers', [Buffer.from('82ffffffffffffffffff00000000', 'hex')], 1009],
  ['a code that is not sent', [masked(opcodes.close, Buffer.from([0x03, 0xed]))], 1002],
  ['half a code', [masked(opcodes.close, Buffer.from([3]))], 1002],
]
for (const [what, frames, code] of wrong) {
  test(`${what} ends the connection with ${code}`, () => {
    const { connection, messages, closes, said, wire } = stage()
    for (const frame of frames) connection.data(frame)
    assert.deepEqual(messages, [])
    assert.deepEqual(
      closes.map((close) => close.code),
      [code],
    )
    assert.match(said().at(-1) ?? '', new RegExp(`^8 ${code.toString(16).padStart(4, '0')}`))
    assert(wire.isEnded)
  })
}

test('a close is answered with its own code, once', () => {
  const { connection, closes, said } = stage()
  connection.data(masked(opcodes.close, Buffer.from([0x0f, 0xa1, 0x62])))
  connection.data(masked(opcodes.text, 'late'))
  assert.deepEqual(closes, [{ code: 4001, reason: 'b' }])
  assert.deepEqual(said(), ['8 0fa1'])
})

test('what is said after our close is not a message; the reason is cut between characters', () => {
  const { connection, messages, closes, said } = stage()
  connection.close(1008, 'ß'.repeat(100))
  connection.data(masked(opcodes.text, 'late'))
  connection.data(masked(opcodes.close, Buffer.from([0x03, 0xf0])))
  assert.deepEqual([messages, closes], [[], [{ code: 1008, reason: '' }]])
  assert.deepEqual(said(), [`8 03f0${'c39f'.repeat(61)}`])
})

test('a message that is worked on holds back the next one', async () => {
  const work = Promise.withResolvers<void>()
  const { connection, messages, wire } = stage(() => work.promise)
  connection.data(Buffer.concat([masked(opcodes.text, 'one'), masked(opcodes.text, 'two')]))
  assert.deepEqual(messages, ['text one'])
  assert(wire.isPaused)
  work.resolve()
  await work.promise
  await Promise.resolve()
  assert.deepEqual(messages, ['text one', 'text two'])
})

test('a slow receiver is waited for, and gets no pongs', async () => {
  const { connection, wire, said } = stage()
  wire.takes = false
  const sent = connection.send({ isText: true, bytes: Buffer.from('x') })
  assert(sent !== undefined)
  connection.data(masked(opcodes.ping, 'p'))
  assert.deepEqual(said(), ['1 78'])
  connection.drained()
  await sent
})

test('a connection that is cut says so', () => {
  const { connection, closes } = stage()
  connection.closed()
  assert.deepEqual(closes, [{ code: 1006, reason: '' }])
})

test("a socket that tells at once that it is closed does not hide the other side's goodbye", () => {
  const { wire, connection, closes } = stage()
  wire.end = () => connection.closed()
  connection.data(masked(opcodes.close, Buffer.from([0x0f, 0xa1])))
  assert.deepEqual(closes, [{ code: 4001, reason: '' }])
})
