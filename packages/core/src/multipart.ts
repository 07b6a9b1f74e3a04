import { concat, type JsonObject } from '@switchyard/wire'
import type { Encoded, FormFile } from './payload.ts'

const encoder = new TextEncoder()

/** A form as multipart/form-data (RFC 7578). Each file's bytes are copied once, into the body. */
export function writeMultipart(fields: JsonObject, files: readonly FormFile[]): Encoded {
  const boundary = `switchyard-${crypto.randomUUID()}`
  const parts: Uint8Array[] = []
  const begin = (disposition: string): string => `--${boundary}\r\nContent-Disposition: form-data; ${disposition}\r\n`
  for (const [name, value] of pairsOf(fields)) parts.push(encoder.encode(`${begin(`name="${quoted(name)}"`)}\r\n${value}\r\n`))
  for (const { field, filename, contentType, bytes } of files) {
    const head = begin(`name="${quoted(field)}"; filename="${quoted(filename)}"`)
    parts.push(encoder.encode(`${head}Content-Type: ${oneLine(contentType)}\r\n\r\n`), bytes, lineEnd)
  }
  parts.push(encoder.encode(`--${boundary}--\r\n`))
  return { bytes: concat(parts), contentType: `multipart/form-data; boundary=${boundary}` }
}

const lineEnd = encoder.encode('\r\n')

/** Form fields are text: what is not stands as JSON. */
const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

function* pairsOf(fields: JsonObject): Generator<readonly [name: string, value: string]> {
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined || value === null) continue
    if (Array.isArray(value)) for (const one of value) yield [`${name}[]`, textOf(one)]
    else yield [name, textOf(value)]
  }
}

/** As browsers and the fetch standard escape names (multipart/form-data encoding algorithm, read 2026-11-22). */
const quoted = (name: string): string => name.replaceAll('\r', '%0D').replaceAll('\n', '%0A').replaceAll('"', '%22')

const oneLine = (text: string): string => text.replace(/[\r\n]/g, ' ')
