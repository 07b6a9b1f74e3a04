import { fail, findField, scanObject, splice } from '@switchyard/wire'
import type { Message } from '../http1/websocket.ts'

/** A client's message without the fields in which it may have sent the gateway's key. No other byte changes. */
export function withoutFields(message: Message, fields: readonly string[]): Message {
  const { isText, bytes } = message
  if (!isText || fields.length === 0) return message
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  if (!fields.some((field) => text.includes(`"${field}"`))) return message
  const scan = scanObject(bytes)
  if (!scan.regular) throw fail('bad_request', 'A key stands twice in the message, or is written with escapes.')
  const named = fields.filter((field) => findField(scan, field) !== undefined)
  return {
    isText,
    bytes: splice(
      bytes,
      scan,
      named.map((key) => ({ do: 'remove', key }) as const),
    ),
  }
}
