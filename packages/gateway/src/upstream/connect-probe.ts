import { connect } from 'node:net'
import { originOf } from './connecting.ts'

/**
 * The connect timeout that fetch does not have: beside the first call to an origin that was silent for a while, a plain
 * connection is tried. Calls `giveUp` when it does not come about within `timeoutMs`. The result ends the watch.
 */
export function watchConnect(url: string, timeoutMs: number, giveUp: () => void): () => void {
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
