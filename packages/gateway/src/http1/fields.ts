/** Header fields as HTTP/1.1 sends them: names in lower case, values of the same name joined by a comma. */
export class Fields implements Iterable<[string, string]> {
  readonly #map = new Map<string, string>()

  get(name: string): string | null {
    return this.#map.get(name) ?? null
  }

  has(name: string): boolean {
    return this.#map.has(name)
  }

  add(name: string, value: string): void {
    const known = this.#map.get(name)
    this.#map.set(name, known === undefined ? value : `${known}, ${value}`)
  }

  [Symbol.iterator](): IterableIterator<[string, string]> {
    return this.#map.entries()
  }
}

/** Bytes that break the rules of HTTP/1.1. On a server `status` is the answer; a client gives the connection up. */
export class ProtocolError extends Error {
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

const isToken = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/

/** May the text stand in a field as it is? Tabs may; other control characters and what is beyond Latin-1 may not. */
export function isFieldText(text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if ((code < 32 && code !== 9) || code === 127 || code > 255) return false
  }
  return true
}

/** The lines of a head. A CR or LF alone, and any other control character, is refused. */
export function linesOf(head: string): readonly string[] {
  const lines: string[] = []
  let start = 0
  for (let index = 0; index < head.length; index++) {
    const code = head.charCodeAt(index)
    if (code >= 32 ? code !== 127 : code === 9) continue
    if (code !== 13 || head.charCodeAt(index + 1) !== 10) throw new ProtocolError(400, 'The head holds control characters.')
    lines.push(head.slice(start, index))
    start = ++index + 1
  }
  lines.push(head.slice(start))
  return lines
}

/** Names as they were sent → in lower case, checked: the same few come with every message. */
const knownNames = new Map<string, string>()
const mostKnownNames = 500

/** The name of a field in lower case; undefined when no field may have it. */
export function fieldName(sent: string): string | undefined {
  const known = knownNames.get(sent)
  if (known !== undefined) return known
  if (!isToken.test(sent)) return undefined
  const name = sent.toLowerCase()
  if (knownNames.size < mostKnownNames && sent.length <= 64) knownNames.set(sent, name)
  return name
}

const mostFields = 200

/** The lines behind the first one of a message's head, strictly: no folding, no space before the colon, no control characters. */
export function readFields(lines: readonly string[], seen: (name: string, value: string, fields: Fields) => void): Fields {
  if (lines.length > mostFields) throw new ProtocolError(431, 'The message has too many headers.')
  const fields = new Fields()
  for (let index = 1; index < lines.length; index++) {
    const line = lines[index] ?? ''
    const colon = line.indexOf(':')
    if (colon <= 0) throw new ProtocolError(400, 'A header line has no name.')
    const value = withoutBlanks(line, colon + 1)
    const name = fieldName(line.slice(0, colon))
    if (name === undefined) throw new ProtocolError(400, 'A header has an invalid name.')
    seen(name, value, fields)
    fields.add(name, value)
  }
  return fields
}

/** Only blanks and tabs may stand around a value; `trim` takes more away, and what it takes another reader may not. */
function withoutBlanks(line: string, from: number): string {
  let start = from
  let end = line.length
  while (start < end && isBlank(line.charCodeAt(start))) start++
  while (end > start && isBlank(line.charCodeAt(end - 1))) end--
  return line.slice(start, end)
}

const isBlank = (code: number): boolean => code === 32 || code === 9

export type BodyLength = number | 'chunked'

/** Digits and nothing else; safe integers only. */
export function readLength(value: string): number {
  const length = /^\d{1,15}$/.test(value) ? Number(value) : Number.NaN
  if (Number.isNaN(length)) throw new ProtocolError(400, 'Content-Length is not a number.')
  return length
}

/** Is the word in a list such as `Connection: keep-alive, Upgrade`? */
export const lists = (value: string | null, word: string): boolean =>
  value !== null &&
  value
    .toLowerCase()
    .split(',')
    .some((one) => one.trim() === word)
