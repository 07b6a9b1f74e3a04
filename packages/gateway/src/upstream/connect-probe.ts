import { connect } from 'node:net'

/** An origin that answered within this time is not probed: its connections stand. */
const freshMs = 30_000
const maxOrigins = 1000

/**
 * The connect timeout that fetch does not have: beside the first call to an origin that was silent for a while, a plain
 * connection is tried, and the call is given up when that does not come about in time.
 */
export class ConnectProbe {
  readonly #answered = new Map<string, number>()

  /** Calls `giveUp` when the origin of `url` cannot be connected to within `timeoutMs`. The result ends the watch. */
  watch(url: string, timeoutMs: number, giveUp: () => void): () => void {
    const { hostname, port, protocol } = new URL(originOf(url))
    const socket = connect({ host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || (protocol === 'https:' ? 443 : 80)) })
    const timer = setTimeout(() => {
      socket.destroy()
      giveUp()
    }, timeoutMs)
    const done = (): void => {
      clearTimeout(timer)
      socket.destroy()
    }
    socket.once('connect', done)
    // A refused connection is the call's own error to report.
    socket.once('error', done)
    return done
  }

  /** The origin answered a moment ago. */
  isFresh(url: string): boolean {
    const last = this.#answered.get(originOf(url))
    return last !== undefined && performance.now() - last < freshMs
  }

  answered(url: string): void {
    if (this.#answered.size >= maxOrigins) this.#answered.clear()
    this.#answered.set(originOf(url), performance.now())
  }
}

function originOf(url: string): string {
  const slash = url.indexOf('/', 8)
  return slash < 0 ? url : url.slice(0, slash)
}
