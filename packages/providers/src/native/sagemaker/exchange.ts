import { maxReplyBytes, readAll, type Incoming, type Outgoing, type ProviderEnv, type Target } from '@switchyard/core'
import { parseJson } from '@switchyard/wire'
import { jsonReply, replyOf } from '../../aws/replies.ts'

/** Containers answer lists, which are no JSON objects: they are put into one under this name. */
export const listName = '$list'

export function exchange(
  outgoing: Outgoing,
  _target: Target,
  env: ProviderEnv,
  signal: AbortSignal,
): Promise<Incoming> | undefined {
  return outgoing.url.endsWith('/invocations') ? sendListed(outgoing, env, signal) : undefined
}

export async function sendListed(outgoing: Outgoing, env: ProviderEnv, signal: AbortSignal): Promise<Incoming> {
  const incoming = await env.send(outgoing, { signal })
  if (incoming.status !== 200) return incoming
  const bytes = await readAll(incoming, maxReplyBytes)
  const body = parseJson(new TextDecoder().decode(bytes))
  return Array.isArray(body) ? jsonReply(incoming, { [listName]: body }) : replyOf(incoming, bytes)
}
