import type { StreamMeter } from '../../dialect.ts'
import type { GatewayError } from '../../errors.ts'
import { isObject, isString, parseJson } from '../../json.ts'
import type { Usage } from '../../usage.ts'
import { embeddedError } from './errors.ts'
import { readUsage } from './usage.ts'

/** Texts of a delta, as they stand on the wire. */
const textFields = ['"content"', '"reasoning_content"', '"reasoning"', '"refusal"', '"arguments"', '"text"']

const space = 32
const quote = 34
const colon = 58
const backslash = 92
const brace = 123

/**
 * Watches relayed chunks; only those that may hold usage or an error are parsed. A quote inside a JSON string is escaped,
 * so `"usage"` before a colon can only be a field. `finished` is the first finish reason: with several choices the
 * others may still speak.
 */
export class ChatStreamMeter implements StreamMeter {
  usage: Usage | undefined
  /** An escape counts as its characters on the wire: an estimate is made from this, not a bill. */
  characters = 0
  finished = false
  error: GatewayError | undefined
  /** What stood around the text of the last plain chunk: most chunks of a stream differ in nothing else. */
  #head = ''
  #tail = ''

  event(name: string, data: string): void {
    if (this.#isPlain(data)) {
      this.characters += data.length - this.#head.length - this.#tail.length
      return
    }
    if (data === '[DONE]') return
    let plain = !data.includes('"error"')
    if (startsWith(data, '"usage"', brace)) {
      plain = false
      this.#usage(data)
    }
    const reason = hasReason(data)
    if (reason) this.finished = true
    if (name === 'error' || !plain) this.#error(name, data)
    // Chunks of text completions have no delta: their text stands in the choice itself.
    const delta = data.indexOf('"delta"')
    const from = delta < 0 ? data.indexOf('"choices"') : delta
    if (from >= 0) this.#count(data, from, plain && !reason)
  }

  /** The same chunk as the last plain one, but for the text, and nothing but text between. */
  #isPlain(data: string): boolean {
    const { length } = this.#head
    return (
      length > 0 &&
      data.startsWith(this.#head) &&
      data.endsWith(this.#tail) &&
      data.indexOf('"', length) === data.length - this.#tail.length
    )
  }

  #count(data: string, from: number, plain: boolean): void {
    for (const field of textFields) {
      let at = valueOf(data, field, from)
      while (at >= 0) {
        if (data.charCodeAt(at) === quote) {
          const end = endOfText(data, at + 1)
          this.characters += end - at - 1
          if (plain && end > at + 1) {
            this.#head = data.slice(0, at + 1)
            this.#tail = data.slice(end)
          }
        }
        at = valueOf(data, field, at)
      }
    }
  }

  #usage(data: string): void {
    const chunk = parseJson(data)
    if (isObject(chunk)) this.usage = readUsage(chunk) ?? this.usage
  }

  #error(name: string, data: string): void {
    if (name !== 'error' && !startsWith(data, '"error"', brace) && !startsWith(data, '"error"', quote)) return
    const chunk = parseJson(data)
    if (isObject(chunk) && (name === 'error' || isObject(chunk.error) || isString(chunk.error))) this.error = embeddedError(chunk)
  }
}

/** Where the value of the next such field begins, or -1. */
function valueOf(data: string, field: string, from: number): number {
  let at = data.indexOf(field, from)
  while (at >= 0) {
    at += field.length
    while (data.charCodeAt(at) === space) at++
    if (data.charCodeAt(at) === colon) {
      at++
      while (data.charCodeAt(at) === space) at++
      return at
    }
    at = data.indexOf(field, at)
  }
  return -1
}

/** True when any such field holds a value that begins with the character. */
function startsWith(data: string, field: string, first: number): boolean {
  for (let at = valueOf(data, field, 0); at >= 0; at = valueOf(data, field, at)) if (data.charCodeAt(at) === first) return true
  return false
}

function hasReason(data: string): boolean {
  for (let at = valueOf(data, '"finish_reason"', 0); at >= 0; at = valueOf(data, '"finish_reason"', at)) {
    if (data.charCodeAt(at) === quote && data.charCodeAt(at + 1) !== quote) return true
  }
  return false
}

/** The closing quote of the string whose text begins at `from`. */
function endOfText(data: string, from: number): number {
  let end = data.indexOf('"', from)
  while (end >= 0 && isEscaped(data, end)) end = data.indexOf('"', end + 1)
  return end < 0 ? data.length : end
}

function isEscaped(data: string, at: number): boolean {
  let slashes = 0
  while (data.charCodeAt(at - 1 - slashes) === backslash) slashes++
  return slashes % 2 === 1
}
