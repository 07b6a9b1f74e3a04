import { connect } from 'node:net'
import { RawServer, type Peer, type RawRequest } from './fake/raw-server.ts'

/** What a scripted provider does with one request; true: the connection may be used again. */
export type Act = (peer: Peer, request: RawRequest) => Promise<boolean>

/** A provider whose every byte a test decides: each request is answered by `act`, which may be changed between tests. */
export class BareProvider {
  act: Act = () => Promise.resolve(false)
  calls = 0
  readonly #server = new RawServer((request, peer) => {
    this.calls++
    return this.act(peer, request)
  })
  #port = 0

  static async start(): Promise<BareProvider> {
    const provider = new BareProvider()
    provider.#port = await provider.#server.listen()
    return provider
  }

  get origin(): string {
    return `http://127.0.0.1:${this.#port}`
  }

  /** From now on every answer is these bytes, and the connection ends behind them. */
  answers(...bytes: readonly (string | Uint8Array)[]): void {
    this.calls = 0
    this.act = async (peer) => {
      for (const part of bytes) await peer.write(part)
      peer.finish()
      return false
    }
  }

  stop(): Promise<void> {
    return this.#server.close()
  }
}

export const httpHead = (fields: Readonly<Record<string, string | number>> = {}, status = 200): string =>
  `HTTP/1.1 ${status} Scripted\r\n${Object.entries(fields)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')}\r\n`

/** A whole answer with its length. */
export const httpAnswer = (body: string, fields: Readonly<Record<string, string>> = {}, status = 200): string =>
  `${httpHead({ 'content-type': 'application/json', ...fields, 'content-length': Buffer.byteLength(body) }, status)}${body}`

export const chunkOf = (bytes: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')])

export interface Exchange {
  readonly text: string
  /** The server ended the connection. */
  readonly isClosed: boolean
}

/** Writes the bytes and gathers what comes back until `enough` says so, the server closes, or the time is over. */
export function exchange(
  origin: string,
  bytes: string | Uint8Array,
  { enough = () => false, waitMs = 2000 }: { enough?: (text: string) => boolean; waitMs?: number } = {},
): Promise<Exchange> {
  return new Promise((resolve) => {
    const { hostname, port } = new URL(origin)
    const socket = connect(Number(port), hostname, () => socket.write(bytes))
    let text = ''
    const finish = (isClosed: boolean): void => {
      clearTimeout(timer)
      socket.destroy()
      resolve({ text, isClosed })
    }
    const timer = setTimeout(() => finish(false), waitMs)
    socket.on('data', (part: Buffer) => {
      text += part.toString('latin1')
      if (enough(text)) finish(false)
    })
    socket.on('close', () => finish(true))
    socket.on('error', () => finish(true))
  })
}

/** Runs the jobs, so many at a time. */
export async function atMost<T>(width: number, jobs: readonly T[], run: (job: T) => Promise<void>): Promise<void> {
  const waiting = jobs.values()
  await Promise.all(
    Array.from({ length: width }, async () => {
      for (const job of waiting) await run(job)
    }),
  )
}
