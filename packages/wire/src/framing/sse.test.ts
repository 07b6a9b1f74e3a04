import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { concat } from '../splice.ts'
import { Random } from '../random-for-test.ts'
import { SseSlicer } from './sse-slices.ts'
import { sseData, sseEvent, SseParser } from './sse.ts'

type Event = readonly [name: string, data: string]

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)

function parse(pieces: readonly Uint8Array[]): Event[] {
  const events: Event[] = []
  const parser = new SseParser((name, data) => events.push([name, data]))
  for (const piece of pieces) parser.push(piece)
  parser.end()
  return events
}

interface Sliced {
  readonly events: Event[]
  readonly bytes: Uint8Array
}

function slice(pieces: readonly Uint8Array[]): Sliced {
  const events: Event[] = []
  const parts: Uint8Array[] = []
  const slicer = new SseSlicer(({ bytes, start, end }, name, data) => {
    parts.push(bytes.slice(start, end))
    if (data !== '') events.push([name, data])
  })
  for (const piece of pieces) slicer.push(piece)
  slicer.end()
  return { events, bytes: concat(parts) }
}

/** Every line ending, a byte order mark, comments, several data lines, empty events, and characters of one to four bytes. */
const rich = [
  '\ufeffdata: first\n\n',
  ': a comment\r\n\r\n',
  'event: message_start\r\ndata: {"a":"⚓"}\r\n\r\n',
  'data: one\rdata: two\r\r',
  'data: one\r\ndata:two\ndata:  three\n\n',
  'id: 7\nretry: 10\nevent:named\ndata:😀é\n\n',
  '\n\n\r\r\r\n\r\n',
  'event: no data\n\n',
  'data\n\n',
  'data: after\n\n',
  'data: mixed\r\n\n',
  'data: a\rdata: b\n\n',
  'unknown: field\ndatabase: x\nevents: y\ndata: kept\n\n',
  ' data: not a field\ndata: z\n\n',
  'event:\ndata: unnamed\n\n',
  'data: \ufeffinside\n\n',
  '\ufeffdata: not a field either\ndata: v\n\n',
  'data: [DONE]\n\n',
].join('')

const expected: readonly Event[] = [
  ['message', 'first'],
  ['message_start', '{"a":"⚓"}'],
  ['message', 'one\ntwo'],
  ['message', 'one\ntwo\n three'],
  ['named', '😀é'],
  ['message', ''],
  ['message', 'after'],
  ['message', 'mixed'],
  ['message', 'a\nb'],
  ['message', 'kept'],
  ['message', 'z'],
  ['message', 'unnamed'],
  ['message', '\ufeffinside'],
  ['message', 'v'],
  ['message', '[DONE]'],
]

const spoken = expected.filter(([, data]) => data !== '')

describe('server-sent events', () => {
  const bytes = bytesOf(rich)

  it('are read whole', () => {
    assert.deepEqual(parse([bytes]), expected)
    assert.deepEqual(slice([bytes]).events, spoken)
  })

  it('are the same when the stream is split in two, anywhere', () => {
    for (let at = 0; at <= bytes.length; at++) {
      const pieces = [bytes.slice(0, at), bytes.slice(at)]
      assert.deepEqual(parse(pieces), expected, `split at ${at}`)
      const sliced = slice(pieces)
      assert.deepEqual(sliced.events, spoken, `split at ${at}`)
      assert.deepEqual(sliced.bytes, bytes, `split at ${at}`)
    }
  })

  it('are the same byte by byte, and in random pieces', () => {
    const random = new Random(3)
    const single = Array.from(bytes, (byte) => Uint8Array.of(byte))
    for (const pieces of [single, ...Array.from({ length: 300 }, () => random.pieces(bytes, 40))]) {
      assert.deepEqual(parse(pieces), expected)
      const sliced = slice(pieces)
      assert.deepEqual(sliced.events, spoken)
      assert.deepEqual(sliced.bytes, bytes)
    }
  })

  it('of random streams: parser and slicer see the same, and slices are the stream', () => {
    const random = new Random(4)
    const parts = [
      'data: a',
      'data:⚓',
      'data',
      'event: x',
      'event:',
      ': c',
      'id: 1',
      '\n',
      '\n',
      '\r',
      '\r\n',
      'data: {"b":1}',
      ' ',
      'x',
    ]
    for (let round = 0; round < 3000; round++) {
      const text = Array.from({ length: random.below(14) }, () => random.pick(['\n\n', ...parts])).join('')
      const whole = bytesOf(text)
      const pieces = random.pieces(whole, 8)
      const sliced = slice(pieces)
      assert.deepEqual(sliced.bytes, whole, JSON.stringify(text))
      const events = parse(pieces)
      assert.deepEqual(parse([whole]), events, JSON.stringify(text))
      assert.deepEqual(
        sliced.events,
        events.filter(([, data]) => data !== ''),
        JSON.stringify(text),
      )
    }
  })

  it('count without their last blank line', () => {
    for (const text of ['data: a', 'data: a\n', 'data: a\r', 'data: a\r\n', 'data: a\r\n\r']) {
      assert.deepEqual(parse([bytesOf(text)]), [['message', 'a']], JSON.stringify(text))
      assert.deepEqual(slice([bytesOf(text)]).events, [['message', 'a']], JSON.stringify(text))
    }
  })

  it('tell whether something is pending', () => {
    const parser = new SseParser(() => undefined)
    assert(!parser.pending)
    parser.push(bytesOf('data: a\n'))
    assert(parser.pending)
    parser.push(bytesOf('\n'))
    assert(!parser.pending)
    parser.push(bytesOf('da'))
    assert(parser.pending)
  })

  it('replace what is no UTF-8, and go on', () => {
    const bad = concat([bytesOf('data: a'), Uint8Array.of(0xff, 0xc3), bytesOf('\n\ndata: b\n\n')])
    assert.deepEqual(parse([bad]), [
      ['message', 'a\ufffd\ufffd'],
      ['message', 'b'],
    ])
    assert.deepEqual(slice([bad]).bytes, bad)
  })

  it('may not grow without end', () => {
    const parser = new SseParser(() => undefined, 16)
    parser.push(bytesOf('data: 1234567890'))
    assert.throws(() => parser.push(bytesOf('x')), RangeError)
    const slicer = new SseSlicer(() => undefined, 16)
    slicer.push(bytesOf('data: 12345\ndata'))
    assert.throws(() => slicer.push(bytesOf(':')), RangeError)
  })

  it('of any size cost what their bytes cost, in whatever pieces they come', () => {
    const start = performance.now()
    const text = `data: ${'⚓'.repeat(1_000_000)}\n\ndata: b\n\n`
    const whole = bytesOf(text)
    const pieces = Array.from({ length: Math.ceil(whole.length / 1400) }, (_, index) =>
      whole.slice(index * 1400, index * 1400 + 1400),
    )
    assert.equal(parse(pieces)[0]?.[1].length, 1_000_000)
    assert.deepEqual(slice(pieces).bytes, whole)
    // By copying all that waits for every piece it was over 3,000 ms.
    assert(performance.now() - start < 1500)
  })

  it('that were handed out are never written over', () => {
    const random = new Random(8)
    const whole = bytesOf(Array.from({ length: 200 }, (_, index) => `data: ${`${index}`.repeat(random.below(90))}\n\n`).join(''))
    for (let round = 0; round < 40; round++) {
      const kept: Uint8Array[] = []
      const slicer = new SseSlicer(({ bytes, start, end }) => kept.push(bytes.subarray(start, end)))
      for (const piece of random.pieces(whole, 300)) slicer.push(piece)
      slicer.end()
      assert.deepEqual(concat(kept), whole)
    }
  })

  it('are written as they are read', () => {
    assert.deepEqual(parse([bytesOf(sseData('{"a":"b\\nc"}') + sseEvent('ping', '{}'))]), [
      ['message', '{"a":"b\\nc"}'],
      ['ping', '{}'],
    ])
  })
})
