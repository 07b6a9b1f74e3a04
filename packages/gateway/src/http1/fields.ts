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
// oxlint-disable-next-line no-control-regex -- these are what must not stand in a field
const hasControl = /[\x00-\x08\x0a-\x1f\x7f]/

/** Names as they were sent → in lower case, checked: the same few come with every message. */
const knownNames = new Map<string, string>()
const mostKnownNames = 500

function nameOf(sent: string): string {
  const known = knownNames.get(sent)
  if (known !== undefined) return known
  if (!isToken.test(sent)) throw new ProtocolError(400, 'A header has an invalid name.')
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
    const value = line.slice(colon + 1).trim()
    if (hasControl.test(line)) throw new ProtocolError(400, 'A header holds control characters.')
    const name = nameOf(line.slice(0, colon))
    seen(name, value, fields)
    fields.add(name, value)
  }
  return fields
}

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
