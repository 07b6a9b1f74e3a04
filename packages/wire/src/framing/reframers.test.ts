import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AwsEventStreamParser, crc32, type AwsMessage } from './aws-eventstream.ts'
import { NdjsonReframer } from './ndjson.ts'

const utf8 = new TextEncoder()

/** A message as AWS frames it. */
function framed(headers: Readonly<Record<string, string>>, payload: Uint8Array): Uint8Array {
  const parts: number[] = []
  for (const [name, value] of Object.entries(headers)) {
    const [key, text] = [utf8.encode(name), utf8.encode(value)]
    parts.push(key.length, ...key, 7, text.length >> 8, text.length & 0xff, ...text)
  }
  const message = new Uint8Array(12 + parts.length + payload.length + 4)
  const view = new DataView(message.buffer)
  view.setUint32(0, message.length)
  view.setUint32(4, parts.length)
  view.setUint32(8, crc32(message.subarray(0, 8)))
  message.set(parts, 12)
  message.set(payload, 12 + parts.length)
  view.setUint32(message.length - 4, crc32(message.subarray(0, message.length - 4)))
  return message
}

test('crc32 of the check string is the one that every implementation gives', () => {
  assert.equal(crc32(utf8.encode('123456789')), 0xcbf43926)
})

test('an AWS event stream is read whole from pieces of any length', () => {
  const bytes = new Uint8Array([
    ...framed({ ':message-type': 'event', ':event-type': 'chunk' }, utf8.encode('{"a":"é"}')),
    ...framed({ ':message-type': 'exception', ':exception-type': 'throttlingException' }, new Uint8Array(0)),
  ])
  for (const size of [1, 3, 7, 50, bytes.length]) {
    const seen: AwsMessage[] = []
    const parser = new AwsEventStreamParser((message) => seen.push(message))
    for (let at = 0; at < bytes.length; at += size) parser.push(bytes.slice(at, at + size))
    assert.equal(parser.pending, false)
    assert.deepEqual(
      seen.map(({ headers, payload }) => [headers, new TextDecoder().decode(payload)]),
      [
        [{ ':message-type': 'event', ':event-type': 'chunk' }, '{"a":"é"}'],
        [{ ':message-type': 'exception', ':exception-type': 'throttlingException' }, ''],
      ],
    )
  }
})

test('bytes that are no AWS event stream, or were changed on the way, are refused', () => {
  const good = framed({ ':event-type': 'chunk' }, utf8.encode('{}'))
  for (let at = 0; at < good.length; at++) {
    const bad = good.slice()
    bad[at] = (bad[at] ?? 0) ^ 1
    const parser = new AwsEventStreamParser(() => assert.fail('a broken message was delivered'))
    assert.throws(() => parser.push(bad), RangeError, `byte ${at}`)
  }
  assert.throws(() => new AwsEventStreamParser(() => {}).push(utf8.encode('<html>not a stream</html>')), RangeError)
})

test('a cut AWS message is pending', () => {
  const parser = new AwsEventStreamParser(() => assert.fail('nothing is whole'))
  parser.push(framed({}, utf8.encode('{}')).slice(0, -1))
  assert.equal(parser.pending, true)
})

test('NDJSON becomes one event a line, whatever the pieces', () => {
  const bytes = utf8.encode('{"a":"é"}\r\n\n{"b":2}\n{"c":3}')
  for (const size of [1, 2, 5, bytes.length]) {
    const reframer = new NdjsonReframer()
    let text = ''
    for (let at = 0; at < bytes.length; at += size) text += reframer.push(bytes.slice(at, at + size))
    assert.equal(text + reframer.end(), 'data: {"a":"é"}\n\ndata: {"b":2}\n\ndata: {"c":3}\n\n')
  }
})
