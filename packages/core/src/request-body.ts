import { fail, findField, fieldValue, isObject, scanObject, type JsonObject, type Scan } from '@switchyard/wire'
import type { FormFile } from './payload.ts'

const encoder = new TextEncoder()
const decoder = new TextDecoder()
const latin1 = new TextDecoder('latin1')

/**
 * A request body that is read as far as needed: its bytes, the scan of its top-level fields, or the whole object.
 * Each form is made at most once. Bodies that come as bytes are scanned at once, so that bad JSON is refused at the door.
 */
export class RequestBody {
  #bytes: Uint8Array | undefined
  #scan: Scan | undefined
  #json: JsonObject | undefined
  #latin1: string | undefined
  #escapes: boolean | undefined
  readonly #values = new Map<string, unknown>()
  /** Of a multipart form, whose fields are the JSON; undefined for other bodies. */
  readonly files: readonly FormFile[] | undefined
  /** The body was made in this process: no client sent headers of its own with it. */
  readonly madeHere: boolean

  private constructor(bytes: Uint8Array | undefined, json: JsonObject | undefined, files?: readonly FormFile[]) {
    this.madeHere = bytes === undefined
    this.files = files
    this.#bytes = bytes
    this.#json = json
    if (bytes !== undefined) this.#scan = scanObject(bytes)
  }

  /** Throws `bad_request` when the bytes are not one JSON object. */
  static ofBytes(bytes: Uint8Array): RequestBody {
    return new RequestBody(bytes, undefined)
  }

  static ofJson(json: JsonObject): RequestBody {
    return new RequestBody(undefined, json)
  }

  /** A multipart form: fields that stand more than once, and `name[]`, are lists under `name`. */
  static ofForm(fields: JsonObject, files: readonly FormFile[]): RequestBody {
    return new RequestBody(undefined, fields, files)
  }

  /** Without a form's files. */
  get bytes(): Uint8Array {
    return (this.#bytes ??= encoder.encode(JSON.stringify(this.#json)))
  }

  get scan(): Scan {
    return (this.#scan ??= scanObject(this.bytes))
  }

  get json(): JsonObject {
    if (this.#json === undefined) {
      const value: unknown = JSON.parse(decoder.decode(this.bytes))
      if (!isObject(value)) throw fail('bad_request', 'The request body must be a JSON object.', { param: 'request_body' })
      this.#json = value
    }
    return this.#json
  }

  /** May the bytes be sent on as they are? Not when a top-level key is doubled or escaped. */
  get regular(): boolean {
    return this.scan.regular
  }

  /** The parsed value of one top-level field; parsing the rest is not needed for it. */
  field(name: string): unknown {
    if (this.#json !== undefined) return this.#json[name]
    if (!this.scan.regular) return this.json[name]
    const field = findField(this.scan, name)
    if (field === undefined) return undefined
    if (!this.#values.has(name)) this.#values.set(name, fieldValue(this.bytes, field))
    return this.#values.get(name)
  }

  /** Does the field stand in the body, whatever its value? Costs no parsing. */
  has(name: string): boolean {
    return this.#json === undefined ? findField(this.scan, name) !== undefined : name in this.#json
  }

  /** May the text stand anywhere in the body? A search of the bytes; escapes hide nothing that JSON lets be written plainly. */
  mayContain(text: string): boolean {
    this.#latin1 ??= latin1.decode(this.bytes)
    this.#escapes ??= this.#latin1.includes('\\u')
    return this.#escapes || this.#latin1.includes(text)
  }

  get names(): readonly string[] {
    return this.#json === undefined ? this.scan.fields.map((field) => field.key) : Object.keys(this.#json)
  }
}
