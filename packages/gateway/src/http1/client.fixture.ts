import type { HttpRequest } from '../http/listener.ts'
import { bytesOf, FakeSocket, settled } from './fake-socket.fixture.ts'
import { ServerConnection } from './server-connection.ts'

export type Handle = (request: HttpRequest) => Promise<Response> | Response

/** A connection to a handler; the test is its client. */
export class Client {
  readonly socket = new FakeSocket()
  readonly connection: ServerConnection
  isStopping = false
  closed = 0

  constructor(handle: Handle) {
    this.connection = new ServerConnection(this.socket, {
      handle: async (request) => handle(request),
      isStopping: () => this.isStopping,
      closed: () => this.closed++,
    })
  }

  async send(text: string): Promise<string> {
    this.connection.data(bytesOf(text))
    await settled()
    return this.socket.read()
  }

  async drain(): Promise<string> {
    this.socket.drain()
    this.connection.drained()
    await settled()
    return this.socket.read()
  }
}

export const get = (path: string, fields = ''): string => `GET ${path} HTTP/1.1\r\nHost: a\r\n${fields}\r\n`
export const post = (fields: string, body = ''): string => `POST /p HTTP/1.1\r\nHost: a\r\n${fields}\r\n${body}`

export async function* pieces(...texts: readonly string[]): AsyncGenerator<Uint8Array, void, void> {
  for (const text of texts) yield bytesOf(text)
}
