import { CancelSource } from '@switchyard/core'
import type { IncomingMessage } from 'node:http'
import type { HttpRequest } from './listener.ts'

/** A request as Node's server gives it, read as if it were a `Request`: making a real one costs more than parsing it did. */
export class NodeRequest implements HttpRequest {
  readonly url: string
  readonly method: string
  readonly #incoming: IncomingMessage
  #headers: Headers | undefined
  readonly leaving = new CancelSource()

  constructor(incoming: IncomingMessage, url: string) {
    this.#incoming = incoming
    this.url = url
    this.method = incoming.method ?? 'GET'
  }

  get headers(): Headers {
    this.#headers ??= headersOf(this.#incoming.rawHeaders)
    return this.#headers
  }

  get signal(): AbortSignal {
    return this.leaving.signal
  }

  get body(): AsyncIterable<Uint8Array> | null {
    const { headers } = this.#incoming
    if (headers['transfer-encoding'] === undefined && headers['content-length'] === undefined) return null
    // A reader that stops must still be able to answer.
    return this.#incoming.iterator({ destroyOnReturn: false })
  }

  /** The client has gone. */
  leave(): void {
    this.leaving.abort()
  }

  bytes(): Promise<Uint8Array> {
    const incoming = this.#incoming
    return new Promise((resolve, reject) => {
      const parts: Buffer[] = []
      incoming.on('data', (part: Buffer) => parts.push(part))
      incoming.once('end', () => resolve(Buffer.concat(parts)))
      incoming.once('error', reject)
    })
  }
}

/** Fields that came twice are joined, as `Request` has them: `headers` of Node would keep the first alone. */
function headersOf(raw: readonly string[]): Headers {
  const headers = new Headers()
  for (let index = 0; index < raw.length; index += 2) headers.append(raw[index] ?? '', raw[index + 1] ?? '')
  return headers
}
