import { AwsEventStreamParser, isObject, parseJson, sseEvent, stringOf, type AwsMessage, type Reframer } from '@switchyard/wire'

const decoder = new TextDecoder()

export const payloadText = (payload: Uint8Array): string => decoder.decode(payload)

/** What became of one message: an event of the service, or what went wrong. */
export type AwsEvent = { readonly type: string; readonly payload: Uint8Array } | AwsException

export interface AwsException {
  readonly exception: string
  readonly message: string
}

/** Exceptions come as messages of a type of their own, errors of the transport with two headers and no payload. */
export function readAwsEvent({ headers, payload }: AwsMessage): AwsEvent {
  switch (headers[':message-type']) {
    case 'exception': {
      const text = decoder.decode(payload)
      const body = parseJson(text)
      const message = isObject(body) ? (stringOf(body['message']) ?? stringOf(body['Message'])) : undefined
      return { exception: headers[':exception-type'] ?? 'exception', message: message ?? text }
    }
    case 'error':
      return { exception: headers[':error-code'] ?? 'error', message: headers[':error-message'] ?? '' }
    default:
      return { type: headers[':event-type'] ?? '', payload }
  }
}

/** Server-sent events out of an AWS event stream; `print` writes each message, `close` what the end of the stream stands for. */
export class AwsReframer implements Reframer {
  readonly #parser: AwsEventStreamParser
  readonly #close: () => string
  #text = ''

  constructor(print: (event: AwsEvent) => string, close: () => string = () => '') {
    this.#parser = new AwsEventStreamParser((message) => (this.#text += print(readAwsEvent(message))))
    this.#close = close
  }

  push(chunk: Uint8Array): string {
    this.#parser.push(chunk)
    return this.#take()
  }

  /** A message that was begun and not ended is lost: whoever reads the events misses the last one. */
  end(): string {
    if (!this.#parser.pending) this.#text += this.#close()
    return this.#take()
  }

  #take(): string {
    const text = this.#text
    this.#text = ''
    return text
  }
}

/** The name under which exceptions travel to the readers; no service has an event of this name. */
export const exceptionEvent = 'exception'

export const printException = ({ exception, message }: AwsException): string =>
  sseEvent(exceptionEvent, JSON.stringify({ __type: exception, message }))
