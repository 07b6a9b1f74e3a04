import type { JsonObject } from '@switchyard/wire'
import { writeMultipart } from './multipart.ts'

/** A file of a multipart form. */
export interface FormFile {
  /** The field's name as the client wrote it: `image`, `image[]`. */
  readonly field: string
  readonly filename: string
  readonly contentType: string
  readonly bytes: Uint8Array
}

/** Bytes of one type: a picture, a piece of speech. */
export class Binary {
  readonly bytes: Uint8Array
  readonly contentType: string
  constructor(bytes: Uint8Array, contentType: string) {
    this.bytes = bytes
    this.contentType = contentType
  }
}

/** What a codec sends, and what it adds to the endpoint's URL. */
export type Payload = Content & {
  /** Behind the endpoint's path. */
  readonly path?: string
  readonly query?: readonly (readonly [name: string, value: string])[]
  /** In lower case. */
  readonly headers?: Readonly<Record<string, string>>
  /** What the provider's `exchange` says in one of its further requests. */
  readonly later?: JsonObject
}

type Content =
  | { readonly json: JsonObject }
  | { readonly binary: Binary }
  /** Lists stand as `name[]`, once for each value. */
  | { readonly form: JsonObject; readonly files: readonly FormFile[] }

/** A request body as it is sent. */
export interface Encoded {
  readonly bytes: Uint8Array
  readonly contentType: string
}

const encoder = new TextEncoder()

export function encodeContent(content: Content): Encoded {
  if ('json' in content) return { bytes: encoder.encode(JSON.stringify(content.json)), contentType: 'application/json' }
  if ('binary' in content) return content.binary
  return writeMultipart(content.form, content.files)
}

/** What is put behind the endpoint's URL. */
export function urlSuffix({ path = '', query = [] }: Payload): string {
  const pairs = query.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
  return pairs.length === 0 ? path : `${path}?${pairs.join('&')}`
}
