import { isUtf8 } from 'node:buffer'
import { RequestBody, type FieldTypes } from '@switchyard/core'
import { fail, isObject, type JsonObject } from '@switchyard/wire'
import { formBody } from './form-body.ts'
import type { HttpRequest } from './listener.ts'

export interface BodyLimits {
  readonly maxBodyBytes: number
  /** For the whole body. One that tells its length gets no longer than `patienceMs` and a millisecond a byte. */
  readonly bodyTimeoutMs: number
}

/** Forms carry files. */
export interface FormLimits extends BodyLimits {
  readonly maxFormBytes: number
}

/** Reads and checks a JSON body: type, size, encoding, grammar. Whatever is wrong is a clear 4xx and goes nowhere. */
export async function readBody(request: HttpRequest, limits: BodyLimits): Promise<RequestBody> {
  refuseType(request)
  return readJson(request, limits)
}

/** The same of clients of a provider's own, of which some say of JSON that it is bytes (AWS's for JavaScript 3.1164.0, 2026-11-22). */
export async function readPassedBody(request: HttpRequest, limits: BodyLimits): Promise<RequestBody> {
  if (request.headers.get('content-type')?.toLowerCase() === 'application/octet-stream') refuseEncoding(request)
  else refuseType(request)
  return readJson(request, limits)
}

async function readJson(request: HttpRequest, limits: BodyLimits): Promise<RequestBody> {
  const bytes = await readBytes(request, limits)
  if (bytes.length === 0) throw fail('bad_request', 'The request has no body; send a JSON object.', { param: 'request_body' })
  return checkedBody(bytes)
}

/** Reads a multipart form. Fields of other types than text are read as what `types` says. */
export async function readForm(request: HttpRequest, limits: FormLimits, types: FieldTypes): Promise<RequestBody> {
  refuseEncoding(request)
  const type = request.headers.get('content-type') ?? ''
  if (!/^multipart\/form-data\b/i.test(type)) {
    const said = type === '' ? 'a body without a type' : `"${type.slice(0, 64)}"`
    throw fail('unsupported_media', `This route takes multipart/form-data with a file, not ${said}.`)
  }
  return formBody(await readBytes(request, { ...limits, maxBodyBytes: limits.maxFormBytes }), type, types)
}

/** Reads a body that is passed on as it is, whatever it holds. */
export async function readRaw(request: HttpRequest, { maxFormBytes, bodyTimeoutMs }: FormLimits): Promise<Uint8Array> {
  refuseEncoding(request)
  return readBytes(request, { maxBodyBytes: maxFormBytes, bodyTimeoutMs })
}

/** The body as an object, for routes that are not on the data path. An empty body is an empty object. */
export async function readObject(request: HttpRequest, limits: BodyLimits): Promise<JsonObject> {
  refuseType(request)
  const bytes = await readBytes(request, limits)
  if (bytes.length === 0) return {}
  const { json } = checkedBody(bytes)
  if (!isObject(json)) throw fail('bad_request', 'The request body must be a JSON object.', { param: 'request_body' })
  return json
}

/** Of a key that stands twice we and a provider could each read another one: nobody has a use for that but an attacker. */
export function checkedBody(bytes: Uint8Array): RequestBody {
  if (!isUtf8(bytes)) throw fail('bad_request', 'The request body is not valid UTF-8.', { param: 'request_body' })
  const body = RequestBody.ofBytes(bytes)
  const { doubled } = body.scan
  if (doubled === undefined) return body
  const shown = doubled.slice(0, 64)
  throw fail('bad_request', `The request body has "${shown}" twice; send it once.`, { param: shown })
}

function refuseEncoding(request: HttpRequest): void {
  const encoding = request.headers.get('content-encoding')?.toLowerCase() ?? null
  if (encoding !== null && encoding !== 'identity') {
    throw fail('unsupported_media', `Compressed request bodies ("${encoding.slice(0, 32)}") are not accepted; send it plain.`)
  }
}

function refuseType(request: HttpRequest): void {
  refuseEncoding(request)
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

async function readBytes(request: HttpRequest, { maxBodyBytes, bodyTimeoutMs }: BodyLimits): Promise<Uint8Array> {
  const declared = request.headers.get('content-length')
  if (declared !== null) {
    const length = Number(declared)
    if (length > maxBodyBytes) throw tooLarge(maxBodyBytes)
    return request.received?.() ?? (await inTime(request.bytes(), Math.min(bodyTimeoutMs, patienceMs + length)))
  }
  if (request.body === null) return new Uint8Array(0)
  return inTime(readChunks(request.body, maxBodyBytes), bodyTimeoutMs)
}

/** From here on a body has to come at 1 kB/s (reliability facts C3). */
const patienceMs = 10_000

/** A client that sends its body byte by byte must not hold a connection for ever. */
function inTime<T>(reading: Promise<T>, ms: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(slowBody(ms)), ms)
    reading.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}

const slowBody = (ms: number): Error =>
  fail('timeout', `The request body did not arrive within ${ms / 1000} seconds.`, { param: 'request_body', code: slowBodyCode })

/** The rest of such a body is not waited for: its connection is closed. */
export const slowBodyCode = 'request_body_timeout'

async function readChunks(body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Uint8Array> {
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
