import { concat, crc32 } from '@switchyard/wire'

const encoder = new TextEncoder()

/** One message of an AWS event stream, as a service frames it. */
export function awsMessage(headers: Readonly<Record<string, string>>, payload: string | Uint8Array): Uint8Array {
  const body = typeof payload === 'string' ? encoder.encode(payload) : payload
  const head = concat(
    Object.entries(headers).flatMap(([name, value]) => [
      Uint8Array.of(encoder.encode(name).length),
      encoder.encode(name),
      Uint8Array.of(7, value.length >> 8, value.length & 0xff),
      encoder.encode(value),
    ]),
  )
  const total = 16 + head.length + body.length
  const prelude = concat([number(total), number(head.length)])
  const message = concat([prelude, number(crc32(prelude)), head, body])
  return concat([message, number(crc32(message))])
}

export const awsEvent = (type: string, payload: unknown): Uint8Array =>
  awsMessage(
    { ':message-type': 'event', ':event-type': type, ':content-type': 'application/json' },
    typeof payload === 'string' ? payload : JSON.stringify(payload),
  )

export const awsException = (type: string, message: string): Uint8Array =>
  awsMessage({ ':message-type': 'exception', ':exception-type': type }, JSON.stringify({ message }))

/** A chunk of InvokeModelWithResponseStream. */
export const awsChunk = (json: unknown): Uint8Array =>
  awsEvent('chunk', { bytes: btoa(String.fromCharCode(...encoder.encode(JSON.stringify(json)))) })

function number(value: number): Uint8Array {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, value)
  return bytes
}
