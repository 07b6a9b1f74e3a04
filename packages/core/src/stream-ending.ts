import { fail, type GatewayError } from '@switchyard/wire'
import type { OpenStream, StreamEnd } from './stream.ts'

/** The end of one stream, however it comes: settled exactly once, and the provider's connection is given back. */
export class StreamEnding {
  readonly #stream: OpenStream
  /** The client reads: from now on the generator sees to the end. */
  begun = false
  /** Nobody is going to read. */
  left = false
  settled = false
  readonly #onClientGone = (): void => {
    // The client is not there to be told of trouble, and the ledger keeps a row that it could not write.
    if (!this.begun) this.#leave().catch(() => undefined)
  }

  constructor(stream: OpenStream) {
    this.#stream = stream
    if (stream.drains) stream.watch.outliveClient()
  }

  /** Sees to a client that leaves before it has read anything. */
  watchClient(): void {
    const { client } = this.#stream
    if (client.aborted) this.#onClientGone()
    else client.addEventListener('abort', this.#onClientGone, { once: true })
  }

  async settle(end: Omit<StreamEnd, 'pipe'>): Promise<void> {
    if (this.settled) return
    this.settled = true
    const { watch, client, settle, pipe } = this.#stream
    watch.stop()
    client.removeEventListener('abort', this.#onClientGone)
    await settle({ ...end, pipe })
  }

  /** The stream broke: settles, and answers what the client is still to get. */
  async broke(error: GatewayError): Promise<Uint8Array | undefined> {
    const { pipe } = this.#stream
    if (error.kind === 'client_closed') {
      await this.settle({ status: 'cancelled', error })
      return undefined
    }
    // After the provider's last word it does not matter how its connection ended.
    const complete = !this.settled && pipe.finished && pipe.error === undefined
    await this.settle(complete ? { status: 'success', error: undefined } : { status: 'failure', error })
    return complete ? pipe.finish() : pipe.failWith(error)
  }

  /** Nobody reads on: the provider is left, or read to its end where it bills all of it anyway. */
  async abandon(): Promise<void> {
    if (this.settled) return
    this.left = true
    if (this.#stream.drains) await this.#drain()
    else this.#stream.watch.abort()
    await this.settle({ status: 'cancelled', error: fail('client_closed', 'The client closed the connection.') })
  }

  /** Gives the connection back. One that breaks while it is given up has nothing new to say. */
  async close(): Promise<void> {
    try {
      await this.#stream.source.return?.()
    } catch {
      this.#stream.watch.abort()
    }
  }

  async #leave(): Promise<void> {
    try {
      await this.abandon()
    } finally {
      await this.close()
    }
  }

  async #drain(): Promise<void> {
    const { source, pipe, watch } = this.#stream
    try {
      while (pipe.error === undefined) {
        watch.wait()
        const piece = await source.next()
        watch.touch()
        if (piece.done) return pipe.end()
        pipe.push(piece.value)
        pipe.take()
      }
    } catch {
      // What came before it broke is what is known, and nobody waits for more.
      watch.abort()
    }
  }
}
