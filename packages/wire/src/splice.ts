import { fail, type GatewayError } from './errors.ts'

/**
 * Reads and patches the top-level fields of a JSON object without building it. The scan checks the whole text against
 * the JSON grammar (RFC 8259), so that what is relayed as bytes is known to be JSON; UTF-8 is the caller's to check.
 */
export type ValueKind = 'string' | 'number' | 'boolean' | 'null' | 'object' | 'array'

/** A top-level field: `[keyStart, keyEnd)` is the quoted key, `[start, end)` its value. */
export interface Field {
  readonly key: string
  readonly kind: ValueKind
  readonly keyStart: number
  readonly keyEnd: number
  readonly start: number
  readonly end: number
}

export interface Scan {
  readonly fields: readonly Field[]
  /** The fields by their keys; of two with one key, the first. */
  readonly byKey: ReadonlyMap<string, Field>
  /** False when a top-level key stands twice or is written with escapes: such a body never takes the byte path. */
  readonly regular: boolean
  /** The first key that stands twice. */
  readonly doubled: string | undefined
  /** The offset just after `{`. */
  readonly open: number
  /** The offset of the closing `}`. */
  readonly close: number
}

export type Patch =
  /** Replaces the value, or appends the field. `json` is JSON text. */
  | { readonly do: 'set'; readonly key: string; readonly json: string }
  | { readonly do: 'remove'; readonly key: string }
  | { readonly do: 'rename'; readonly key: string; readonly to: string }

const maxDepth = 128

const QUOTE = 34
const BACKSLASH = 92
const COMMA = 44
const COLON = 58
const OPEN_OBJECT = 123
const CLOSE_OBJECT = 125
const OPEN_ARRAY = 91
const CLOSE_ARRAY = 93

/** Scans a request body. Throws `bad_request` with the byte offset when the text is not one JSON object. */
export function scanObject(bytes: Uint8Array): Scan {
  const text = new Scanner(bytes)
  text.space()
  if (text.peek() !== OPEN_OBJECT) throw text.error('a JSON object')
  return text.topLevel()
}

export const findField = (scan: Scan, key: string): Field | undefined => scan.byKey.get(key)

const decoder = new TextDecoder()

/** The JSON text of a field's value. */
export const fieldText = (bytes: Uint8Array, field: Field): string => decoder.decode(bytes.subarray(field.start, field.end))

/** The parsed value of a field. */
export const fieldValue = (bytes: Uint8Array, field: Field): unknown => JSON.parse(fieldText(bytes, field))

class Scanner {
  readonly bytes: Uint8Array
  at = 0
  constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }

  peek(): number {
    return this.bytes[this.at] ?? -1
  }

  error(expected: string): GatewayError {
    const where = this.at >= this.bytes.length ? 'at the end of the body' : `at byte ${this.at}`
    return fail('bad_request', `The request body is not valid JSON: expected ${expected} ${where}.`, { param: 'request_body' })
  }

  space(): void {
    for (;;) {
      const byte = this.bytes[this.at]
      if (byte !== 32 && byte !== 10 && byte !== 13 && byte !== 9) return
      this.at++
    }
  }

  topLevel(): Scan {
    const fields: Field[] = []
    const byKey = new Map<string, Field>()
    let regular = true
    let doubled: string | undefined
    const open = ++this.at
    this.space()
    if (this.peek() !== CLOSE_OBJECT) {
      for (;;) {
        const field = this.field()
        if (byKey.has(field.key)) doubled ??= field.key
        else byKey.set(field.key, field)
        if (field.escaped) regular = false
        fields.push(field)
        this.space()
        if (this.peek() !== COMMA) break
        this.at++
        this.space()
      }
    }
    if (this.peek() !== CLOSE_OBJECT) throw this.error('"," or "}"')
    const close = this.at++
    this.space()
    if (this.at < this.bytes.length) throw this.error('nothing after the JSON object')
    return { fields, byKey, regular: regular && doubled === undefined, doubled, open, close }
  }

  field(): Field & { escaped: boolean } {
    const keyStart = this.at
    const escaped = this.string()
    const keyEnd = this.at
    const raw = decoder.decode(this.bytes.subarray(keyStart, keyEnd))
    const key: string = escaped ? JSON.parse(raw) : raw.slice(1, -1)
    this.colon()
    const start = this.at
    const kind = this.value(1)
    return { key, kind, keyStart, keyEnd, start, end: this.at, escaped }
  }

  colon(): void {
    this.space()
    if (this.peek() !== COLON) throw this.error('":"')
    this.at++
    this.space()
  }

  value(depth: number): ValueKind {
    switch (this.peek()) {
      case QUOTE:
        this.string()
        return 'string'
      case OPEN_OBJECT:
        this.object(depth)
        return 'object'
      case OPEN_ARRAY:
        this.array(depth)
        return 'array'
      case 116:
        this.literal('true')
        return 'boolean'
      case 102:
        this.literal('false')
        return 'boolean'
      case 110:
        this.literal('null')
        return 'null'
      default:
        this.number()
        return 'number'
    }
  }

  enter(depth: number): void {
    if (depth >= maxDepth) {
      throw fail('bad_request', `The request body nests deeper than ${maxDepth} levels.`, { param: 'request_body' })
    }
    this.at++
    this.space()
  }

  object(depth: number): void {
    this.enter(depth)
    if (this.peek() === CLOSE_OBJECT) {
      this.at++
      return
    }
    for (;;) {
      this.string()
      this.colon()
      this.value(depth + 1)
      this.space()
      const byte = this.peek()
      if (byte !== COMMA && byte !== CLOSE_OBJECT) throw this.error('"," or "}"')
      this.at++
      if (byte === CLOSE_OBJECT) return
      this.space()
    }
  }

  array(depth: number): void {
    this.enter(depth)
    if (this.peek() === CLOSE_ARRAY) {
      this.at++
      return
    }
    for (;;) {
      this.value(depth + 1)
      this.space()
      const byte = this.peek()
      if (byte !== COMMA && byte !== CLOSE_ARRAY) throw this.error('"," or "]"')
      this.at++
      if (byte === CLOSE_ARRAY) return
      this.space()
    }
  }

  /** Moves past a string; true when it holds an escape. */
  string(): boolean {
    const { bytes } = this
    if (bytes[this.at] !== QUOTE) throw this.error('a string')
    let escaped = false
    let at = this.at + 1
    for (;;) {
      const byte = bytes[at]
      if (byte === QUOTE) break
      if (byte === BACKSLASH) {
        escaped = true
        this.at = at
        at = this.escape()
      } else if (byte === undefined || byte < 32) {
        this.at = at
        throw this.error('a closing quote')
      } else at++
    }
    this.at = at + 1
    return escaped
  }

  /** The offset after the escape at `this.at`. */
  escape(): number {
    const byte = this.bytes[this.at + 1]
    if (byte === 117) {
      for (let i = 2; i < 6; i++) if (!isHex(this.bytes[this.at + i])) throw this.error('a \\u escape of four hex digits')
      return this.at + 6
    }
    if (byte === undefined || !simpleEscapes.has(byte)) throw this.error('a JSON escape')
    return this.at + 2
  }

  literal(word: string): void {
    for (let i = 0; i < word.length; i++) {
      if (this.bytes[this.at + i] !== word.charCodeAt(i)) throw this.error('a JSON value')
    }
    this.at += word.length
  }

  number(): void {
    if (this.peek() === 45) this.at++
    if (this.peek() === 48) this.at++
    else this.digits()
    if (this.peek() === 46) {
      this.at++
      this.digits()
    }
    if (this.peek() === 101 || this.peek() === 69) {
      this.at++
      if (this.peek() === 43 || this.peek() === 45) this.at++
      this.digits()
    }
  }

  digits(): void {
    const start = this.at
    while (isDigit(this.bytes[this.at])) this.at++
    if (this.at === start) throw this.error('a JSON value')
  }
}

// " \ / b f n r t
const simpleEscapes = new Set([34, 92, 47, 98, 102, 110, 114, 116])
const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= 48 && byte <= 57
const isHex = (byte: number | undefined): boolean =>
  isDigit(byte) || (byte !== undefined && ((byte >= 97 && byte <= 102) || (byte >= 65 && byte <= 70)))

const encoder = new TextEncoder()

/**
 * The body with `patches` applied; every other byte stays. Only for a regular scan. A field's patches apply in order;
 * patches of fields that are not there do nothing, except `set`, which appends.
 */
export function splice(bytes: Uint8Array, scan: Scan, patches: readonly Patch[]): Uint8Array {
  if (patches.length === 0) return bytes
  const edits = new Map<string, Edit>()
  for (const patch of patches) applyPatch(edits, patch)
  const out = new Splicing(bytes)
  let wrote = false
  for (const [index, field] of scan.fields.entries()) {
    const edit = edits.get(field.key)
    edits.delete(field.key)
    if (edit === undefined) wrote = true
    else if (!edit.removed) {
      wrote = true
      if (edit.to !== undefined) out.replace(field.keyStart, field.keyEnd, JSON.stringify(edit.to))
      if (edit.json !== undefined) out.replace(field.start, field.end, edit.json)
    } else if (wrote) out.drop(scan.fields[index - 1]?.end ?? field.keyStart, field.end)
    // With the first field goes the comma after it.
    else out.drop(field.keyStart, scan.fields[index + 1]?.keyStart ?? field.end)
  }
  const end = scan.fields.at(-1)?.end ?? scan.open
  for (const [key, edit] of edits) {
    if (edit.removed || edit.json === undefined) continue
    out.replace(end, end, `${wrote ? ',' : ''}${JSON.stringify(edit.to ?? key)}:${edit.json}`)
    wrote = true
  }
  return out.finish()
}

/** Copies a text in as few pieces as its changes allow. Changes come in the order of the text. */
class Splicing {
  readonly #bytes: Uint8Array
  readonly #parts: Uint8Array[] = []
  /** Up to here the text is copied, or left out. */
  #done = 0
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  drop(start: number, end: number): void {
    if (start > this.#done) this.#parts.push(this.#bytes.subarray(this.#done, start))
    this.#done = end
  }

  replace(start: number, end: number, text: string): void {
    this.drop(start, end)
    this.#parts.push(encoder.encode(text))
  }

  finish(): Uint8Array {
    this.drop(this.#bytes.length, this.#bytes.length)
    return concat(this.#parts)
  }
}

interface Edit {
  removed: boolean
  to?: string
  json?: string
}

function applyPatch(edits: Map<string, Edit>, patch: Patch): void {
  const edit = edits.get(patch.key) ?? { removed: false }
  edits.set(patch.key, edit)
  switch (patch.do) {
    case 'set':
      edit.removed = false
      edit.json = patch.json
      return
    case 'rename':
      edit.to = patch.to
      return
    case 'remove':
      edit.removed = true
  }
}

export function concat(parts: readonly Uint8Array[]): Uint8Array {
  let length = 0
  for (const part of parts) length += part.length
  const out = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}
