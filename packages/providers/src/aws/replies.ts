import type { Incoming } from '@switchyard/core'
import type { JsonObject } from '@switchyard/wire'

/** The reply with another body, for what had to be read before the core sees it. */
export const replyOf = ({ status, headers }: Incoming, bytes: Uint8Array): Incoming => ({ status, headers, body: once(bytes) })

export const jsonReply = (incoming: Incoming, body: JsonObject): Incoming =>
  replyOf(incoming, new TextEncoder().encode(JSON.stringify(body)))

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, void> {
  yield bytes
}
