import { crc32 } from 'node:zlib'
import type { JsonObject } from '@switchyard/wire'
import { readMessages, streamMessage, wholeMessage } from './anthropic.ts'
import type { Asked, Plan } from './plan.ts'

/** A message of AWS's event stream (Smithy, "Amazon Event Stream Specification"): headers are of the string type, 7. */
export function awsFrame(headers: Readonly<Record<string, string>>, payload: JsonObject): Buffer {
  const head = Buffer.concat(
    Object.entries(headers).map(([name, value]) => {
      const length = Buffer.alloc(2)
      length.writeUInt16BE(value.length)
      return Buffer.concat([Buffer.from([name.length]), Buffer.from(name), Buffer.from([7]), length, Buffer.from(value)])
    }),
  )
  const body = Buffer.from(JSON.stringify(payload))
  const prelude = Buffer.alloc(12)
  prelude.writeUInt32BE(16 + head.length + body.length, 0)
  prelude.writeUInt32BE(head.length, 4)
  prelude.writeUInt32BE(crc32(prelude.subarray(0, 8)), 8)
  const message = Buffer.concat([prelude, head, body])
  const end = Buffer.alloc(4)
  end.writeUInt32BE(crc32(message))
  return Buffer.concat([message, end])
}

/** An event of a stream of InvokeModel: the model's own event as base64. */
function chunkOf(event: string): Buffer {
  const data = /^data: (.*)$/m.exec(event)?.[1] ?? ''
  const headers = { ':event-type': 'chunk', ':content-type': 'application/json', ':message-type': 'event' }
  return awsFrame(headers, { bytes: Buffer.from(data).toString('base64') })
}

export interface CloudAnswer {
  readonly message?: JsonObject
  readonly events?: readonly string[]
  /** Of AWS's event stream. */
  readonly frames?: readonly Uint8Array[]
}

/** Claude behind Amazon's and Google's addresses, which name the model and whether it streams. */
export function cloudAnswer(path: string, body: JsonObject, plan: (asked: Asked) => Plan): CloudAnswer | undefined {
  const at = /\/(?:model|models)\/([^/:]+(?::\d+)?)[/:](invoke|invoke-with-response-stream|rawPredict|streamRawPredict)$/.exec(
    decodeURIComponent(path),
  )
  if (at === null) return undefined
  const [, model = '', action] = at
  const planned = plan(readMessages({ ...body, model }))
  if (action === 'streamRawPredict') return { events: streamMessage(planned) }
  return action === 'invoke-with-response-stream'
    ? { frames: streamMessage(planned).map(chunkOf) }
    : { message: wholeMessage(planned) }
}
