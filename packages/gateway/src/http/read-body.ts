import { isUtf8 } from 'node:buffer'
import { RequestBody } from '@switchyard/core'
import { fail, isObject, type JsonObject } from '@switchyard/wire'

/** Reads and checks a JSON body: type, size, encoding, grammar. Whatever is wrong is a clear 4xx and goes nowhere. */
export async function readBody(request: Request, maxBytes: number): Promise<RequestBody> {
  refuseType(request)
  const bytes = await readBytes(request, maxBytes)
  if (bytes.length === 0) throw fail('bad_request', 'The request has no body; send a JSON object.', { param: 'request_body' })
  if (!isUtf8(bytes)) throw fail('bad_request', 'The request body is not valid UTF-8.', { param: 'request_body' })
  return RequestBody.ofBytes(bytes)
}

/** The body as an object, for routes that are not on the data path. An empty body is an empty object. */
export async function readObject(request: Request, maxBytes: number): Promise<JsonObject> {
  refuseType(request)
  const bytes = await readBytes(request, maxBytes)
  if (bytes.length === 0) return {}
  if (!isUtf8(bytes)) throw fail('bad_request', 'The request body is not valid UTF-8.', { param: 'request_body' })
  const { json } = RequestBody.ofBytes(bytes)
  if (!isObject(json)) throw fail('bad_request', 'The request body must be a JSON object.', { param: 'request_body' })
  return json
}

function refuseType(request: Request): void {
  const encoding = request.headers.get('content-encoding')?.toLowerCase() ?? null
  if (encoding !== null && encoding !== 'identity') {
    throw fail('unsupported_media', `Compressed request bodies ("${encoding.slice(0, 32)}") are not accepted; send plain JSON.`)
  }
  const type = request.headers.get('content-type')?.toLowerCase() ?? null
  if (
    type === null ||
    type.includes('json') ||
    type.startsWith('text/plain') ||
    type.startsWith('application/x-www-form-urlencoded')
  )
    return
  throw fail('unsupported_media', `This route takes application/json, not "${type.slice(0, 64)}".`)
}

async function readBytes(request: Request, maxBytes: number): Promise<Uint8Array> {
  const declared = request.headers.get('content-length')
  if (declared !== null) {
    if (Number(declared) > maxBytes) throw tooLarge(maxBytes)
    return new Uint8Array(await request.arrayBuffer())
  }
  if (request.body === null) return new Uint8Array(0)
  return readChunks(request.body, maxBytes)
}

async function readChunks(body: ReadableStream<Uint8Array>, maxBytes: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  let length = 0
  for await (const part of body) {
    length += part.length
    if (length > maxBytes) throw tooLarge(maxBytes)
    parts.push(part)
  }
  return Buffer.concat(parts)
}

const tooLarge = (maxBytes: number): Error =>
  fail('too_large', `The request body is larger than ${Math.floor(maxBytes / 1024 / 1024)} MB, the limit of this gateway.`)
