import { CancelSource } from '@switchyard/core'
import { fail } from '@switchyard/wire'
import type { HttpRequest } from '../http/listener.ts'
import type { Fields } from './fields.ts'
import type { RequestHead } from './head.ts'
import { IncomingBody } from './incoming-body.ts'

/** A request as the pipeline reads it. What nobody asks for is not made. */
export class ServerRequest implements HttpRequest {
  readonly method: string
  readonly url: string
  readonly headers: Fields
  readonly incoming: IncomingBody | undefined
  readonly leaving = new CancelSource()

  constructor({ method, target, fields, length }: RequestHead, wantsMore: () => void) {
    this.method = method
    this.url = urlOf(target)
    this.headers = fields
    this.incoming = length === 0 ? undefined : new IncomingBody(length, wantsMore)
  }

  get signal(): AbortSignal {
    return this.leaving.signal
  }

  get body(): AsyncIterable<Uint8Array> | null {
    return this.incoming ?? null
  }

  received(): Uint8Array | undefined {
    return this.incoming === undefined ? new Uint8Array(0) : this.incoming.received()
  }

  bytes(): Promise<Uint8Array> {
    return this.incoming?.bytes() ?? Promise.resolve(new Uint8Array(0))
  }

  /** The client has gone. */
  leave(): void {
    this.leaving.abort()
    this.incoming?.fail(fail('client_closed', 'The client closed the connection.'))
  }
}

/** Dots in a path are resolved before its route is looked up, as URLs are read everywhere else. */
function urlOf(target: string): string {
  if (!/\/\.|%2e|#|\\/i.test(target)) return `http://localhost${target}`
  const url = URL.parse(`http://localhost${target}`)
  return url === null ? 'http://localhost/' : `http://localhost${url.pathname}${url.search}`
}
