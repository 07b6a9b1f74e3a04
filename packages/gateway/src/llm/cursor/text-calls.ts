import {
  isObject,
  isString,
  numberOf,
  objectOf,
  objectsOf,
  parseJson,
  SseParser,
  sseData,
  stringOf,
  type JsonObject,
} from '@switchyard/wire'

// Cursor 3.14 wants the call of a tool that takes bare text as a function's, with the text in the place of the arguments
// (github.com/icebear0828/codex-proxy/pull/708, read 2026-11-22). Models are asked for `{"input": text}`.

const encoder = new TextEncoder()
const decoder = new TextDecoder()

const textOf = (given: string): string => {
  const text = objectOf(parseJson(given))?.['input']
  return isString(text) ? text : given
}

const functionOf = (call: JsonObject): JsonObject => objectOf(call['function']) ?? {}

/** A whole reply. */
export function wholeWithTextCalls(bytes: Uint8Array, names: ReadonlySet<string>): Uint8Array {
  const reply = parseJson(decoder.decode(bytes))
  if (!isObject(reply)) return bytes
  const textCall = (call: JsonObject): JsonObject => {
    const { name, arguments: given } = functionOf(call)
    return isString(name) && names.has(name) ? { ...call, function: { name, arguments: textOf(stringOf(given) ?? '') } } : call
  }
  const choices = objectsOf(reply['choices']).map((choice) => {
    const message = objectOf(choice['message']) ?? {}
    const calls = message['tool_calls']
    return Array.isArray(calls) ? { ...choice, message: { ...message, tool_calls: objectsOf(calls).map(textCall) } } : choice
  })
  return encoder.encode(JSON.stringify({ ...reply, choices }))
}

/** A stream: the arguments of such a call are held back until they are whole, all else passes as it comes. */
export async function* withTextCalls(
  pieces: AsyncIterable<Uint8Array>,
  names: ReadonlySet<string>,
): AsyncGenerator<Uint8Array, void, void> {
  const calls = new TextCalls(names)
  let out = ''
  const parser = new SseParser((name, data) => {
    out += name === 'message' ? calls.event(data) : `event: ${name}\n${sseData(data)}`
  })
  for await (const piece of pieces) {
    parser.push(piece)
    if (out !== '') yield encoder.encode(out)
    out = ''
  }
  parser.end()
  if (out !== '') yield encoder.encode(out)
}

/** What is held of the calls of text tools, by choice and by their index in it. */
class TextCalls {
  readonly #names: ReadonlySet<string>
  readonly #held = new Map<number, Map<number, string>>()

  constructor(names: ReadonlySet<string>) {
    this.#names = names
  }

  event(data: string): string {
    const chunk = parseJson(data)
    const [choice] = isObject(chunk) ? objectsOf(chunk['choices']) : []
    if (!isObject(chunk) || choice === undefined) return sseData(data)
    const at = numberOf(choice['index']) ?? 0
    const delta = objectOf(choice['delta']) ?? {}
    const ended = isString(choice['finish_reason'])
    if (delta['tool_calls'] === undefined && !(ended && this.#held.has(at))) return sseData(data)
    const calls = objectsOf(delta['tool_calls']).flatMap((call) => this.#take(at, call))
    const { tool_calls: _, ...said } = delta
    const print = (more: JsonObject, finish: unknown): string =>
      sseData(JSON.stringify({ ...chunk, choices: [{ ...choice, delta: more, finish_reason: finish }] }))
    const now = { ...said, ...(calls.length === 0 ? {} : { tool_calls: calls }) }
    const before = Object.keys(now).length === 0 ? '' : print(now, null)
    return ended ? `${before}${this.#rest(at, print)}${print({}, choice['finish_reason'])}` : before
  }

  /** The call as it goes on now: its beginning, or nothing while its text is gathered. */
  #take(choice: number, call: JsonObject): readonly JsonObject[] {
    const at = numberOf(call['index']) ?? 0
    const { name, arguments: given } = functionOf(call)
    const held = this.#held.get(choice) ?? new Map<number, string>()
    const known = held.get(at)
    const begins = isString(name) && this.#names.has(name)
    if (known === undefined && !begins) return [call]
    this.#held.set(choice, held.set(at, (known ?? '') + (stringOf(given) ?? '')))
    return known === undefined ? [{ ...call, function: { name, arguments: '' } }] : []
  }

  #rest(choice: number, print: (delta: JsonObject, finish: unknown) => string): string {
    const held = [...(this.#held.get(choice) ?? [])]
    this.#held.delete(choice)
    return held.map(([index, given]) => print({ tool_calls: [{ index, function: { arguments: textOf(given) } }] }, null)).join('')
  }
}
