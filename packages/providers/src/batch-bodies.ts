import { maxReplyBytes, readAll, type BatchRows, type Incoming, type Outgoing } from '@switchyard/core'
import { fail, isObject, parseJson, type JsonObject } from '@switchyard/wire'

const encoder = new TextEncoder()
const decoder = new TextDecoder()

type Streamed = { readonly pieces: NonNullable<Outgoing['pieces']>; readonly headers: Record<string, string> }

/** One JSON body with all rows in an array between `head` and `tail`: their line ends become commas. */
export function rowsAsArray(rows: BatchRows, head: string, tail: string): Streamed {
  const before = encoder.encode(head)
  const after = encoder.encode(tail)
  // The last line end goes.
  const length = Math.max(0, rows.bytes - 1)
  async function* pieces(): AsyncGenerator<Uint8Array, void, void> {
    yield before
    let left = length
    for await (const piece of rows.read()) {
      const part = piece.slice(0, left)
      left -= part.length
      for (let at = part.indexOf(10); at >= 0; at = part.indexOf(10, at + 1)) part[at] = 44
      yield part
    }
    yield after
  }
  const total = before.length + length + after.length
  return { pieces: pieces(), headers: { 'content-type': 'application/json', 'content-length': String(total) } }
}

/** A multipart form with the rows as its file. */
export function rowsAsForm(rows: BatchRows, filename: string, fields: Readonly<Record<string, string>>): Streamed {
  const boundary = `switchyard-${crypto.randomUUID()}`
  const texts = Object.entries(fields).map(
    ([name, value]) => `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  )
  const disposition = `Content-Disposition: form-data; name="file"; filename="${filename}"`
  const head = encoder.encode(`${texts.join('')}--${boundary}\r\n${disposition}\r\nContent-Type: application/jsonl\r\n\r\n`)
  const tail = encoder.encode(`\r\n--${boundary}--\r\n`)
  async function* pieces(): AsyncGenerator<Uint8Array, void, void> {
    yield head
    yield* rows.read()
    yield tail
  }
  const headers = {
    'content-type': `multipart/form-data; boundary=${boundary}`,
    'content-length': String(head.length + rows.bytes + tail.length),
  }
  return { pieces: pieces(), headers }
}

/** What a batch API answers about a batch. */
export async function jsonReply(incoming: Incoming): Promise<JsonObject> {
  const json = parseJson(decoder.decode(await readAll(incoming, maxReplyBytes)))
  if (isObject(json)) return json
  throw fail('bad_reply', 'The provider answered with something that is no JSON object.')
}
