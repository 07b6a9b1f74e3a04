import {
  compact,
  fail,
  isObject,
  isString,
  numberOf,
  objectOf,
  objectsOf,
  parseJson,
  sseData,
  SseParser,
  stringOf,
  type GatewayError,
  type JsonObject,
  type Reframer,
} from '@switchyard/wire'
import { printException } from '../../../aws/event-stream.ts'

/** A text, parts with texts, or whatever of `content`, `parts`, `message`, `result` and `response` holds them. */
export function textOf(said: unknown): string | undefined {
  if (isString(said)) return said
  if (Array.isArray(said)) {
    const texts = objectsOf(said).flatMap(({ text }) => stringOf(text) ?? [])
    return texts.length === 0 ? undefined : texts.join('')
  }
  if (!isObject(said)) return undefined
  const { content, parts, message, result, response } = said
  return textOf(content) ?? textOf(parts) ?? textOf(message) ?? textOf(result) ?? textOf(response)
}

/** What an event of the usual frameworks says (as LiteLLM 1.106.2 reads them): a piece, the whole message, or what was used. */
interface Said {
  readonly piece?: string
  readonly message?: string
  readonly usage?: JsonObject
  readonly error?: string
}

function saidIn(data: string): Said {
  const said = parseJson(data)
  if (isString(said)) return { piece: said }
  if (!isObject(said)) return {}
  const { error } = said
  if (error !== undefined) return { error: messageOf(error) }
  const event = objectOf(said['event'])
  const used = objectOf(objectOf(event?.['metadata'])?.['usage'])
  const piece = stringOf(objectOf(objectOf(event?.['contentBlockDelta'])?.['delta'])?.['text'])
  const message = textOf(said['message'])
  return {
    ...(piece === undefined ? {} : { piece }),
    ...(message === undefined ? {} : { message }),
    ...(used === undefined
      ? {}
      : { usage: compact({ inputTokens: numberOf(used['inputTokens']), outputTokens: numberOf(used['outputTokens']) }) }),
  }
}

const messageOf = (error: unknown): string => stringOf(error) ?? JSON.stringify(error)

export const agentFailed = (error: unknown): GatewayError => fail('bad_gateway', `The agent failed: ${messageOf(error)}`)

/** The whole of an answer that is here already. */
export function wholeOf(bytes: Uint8Array): JsonObject {
  const pieces: string[] = []
  let message: string | undefined
  let usage: JsonObject = {}
  const parser = new SseParser((_name, data) => {
    const said = saidIn(data)
    if (said.error !== undefined) throw agentFailed(said.error)
    if (said.piece !== undefined) pieces.push(said.piece)
    message = said.message ?? message
    usage = said.usage ?? usage
  })
  parser.push(bytes)
  parser.end()
  return { text: message ?? pieces.join(''), ...usage }
}

/** An agent's events as the text service reads them: `{text}`, `{inputTokens, outputTokens}`. */
export class RuntimeEvents implements Reframer {
  readonly #parser = new SseParser((_name, data) => this.#heard(saidIn(data)))
  #text = ''
  #message: string | undefined
  #hasPieces = false

  push(chunk: Uint8Array): string {
    this.#parser.push(chunk)
    return this.#take()
  }

  /** The message at the end repeats the pieces, where there were some. */
  end(): string {
    this.#parser.end()
    if (!this.#hasPieces && this.#message !== undefined) this.#print({ text: this.#message })
    return this.#take()
  }

  #heard({ piece, message, usage, error }: Said): void {
    if (error !== undefined) this.#text += printException({ exception: 'ModelStreamErrorException', message: error })
    if (piece !== undefined) {
      this.#hasPieces = true
      this.#print({ text: piece })
    }
    this.#message = message ?? this.#message
    if (usage !== undefined) this.#print(usage)
  }

  #print(event: JsonObject): void {
    this.#text += sseData(JSON.stringify(event))
  }

  #take(): string {
    const text = this.#text
    this.#text = ''
    return text
  }
}
