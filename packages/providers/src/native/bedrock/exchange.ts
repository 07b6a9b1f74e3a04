import {
  maxReplyBytes,
  readAll,
  type Incoming,
  type Outgoing,
  type ProviderEnv,
  type ReplyHeaders,
  type Target,
} from '@switchyard/core'
import { isObject, numberOf, objectsOf, parseJson, type JsonObject } from '@switchyard/wire'
import { jsonReply, replyOf } from '../../aws/replies.ts'
import { signFor } from '../../aws/service.ts'
import { metricsName } from '../../aws/text/dialect.ts'
import { bedrockRegion, modelOf } from './model.ts'
import { runtime } from './url.ts'

/** Inputs that the model embeds one at a time, as the codec leaves them, and the replies to them. */
export const requestsName = '$requests'
export const repliesName = '$replies'

const atOnce = 8

/**
 * InvokeModel counts tokens in headers, where no codec sees them: they are put into the body, in the place that they have in
 * streams. Several inputs are several requests. Everything else is one plain request.
 */
export function exchange(
  outgoing: Outgoing,
  target: Target,
  env: ProviderEnv,
  signal: AbortSignal,
): Promise<Incoming> | undefined {
  if (!outgoing.url.endsWith('/invoke') || countsItself(target.model)) return undefined
  const calls: Calls = { target, env, signal }
  return isMany(outgoing.body) ? sendEach(outgoing, calls) : sendCounted(outgoing, calls)
}

/** Replies of chats say what was used, and those of a client's own dialect are not touched. */
function countsItself(model: string): boolean {
  const { vendor, name, hint } = modelOf(model)
  return /^(?:anthropic|openai|moonshot(?:ai)?)$/.test(hint ?? vendor) || (vendor === 'amazon' && /^nova-(?!.*embed)/.test(name))
}

interface Calls {
  readonly target: Target
  readonly env: ProviderEnv
  readonly signal: AbortSignal
}

const opening = new TextEncoder().encode(`{"${requestsName}":`)

/** The codec's own mark, at the very beginning. */
const isMany = (body: Uint8Array | undefined): boolean => body !== undefined && opening.every((byte, at) => body[at] === byte)

async function sendCounted(outgoing: Outgoing, { env, signal }: Calls): Promise<Incoming> {
  const incoming = await env.send(outgoing, { signal })
  const metrics = metricsOf(incoming.headers)
  if (metrics === undefined || incoming.status !== 200) return incoming
  const bytes = await readAll(incoming, maxReplyBytes)
  const body = parseJson(new TextDecoder().decode(bytes))
  return isObject(body) ? jsonReply(incoming, { ...body, [metricsName]: metrics }) : replyOf(incoming, bytes)
}

function metricsOf(headers: ReplyHeaders): JsonObject | undefined {
  const count = (name: string): number | undefined => numberOf(Number(headers.get(name) ?? Number.NaN))
  const inputTokenCount = count('x-amzn-bedrock-input-token-count')
  const outputTokenCount = count('x-amzn-bedrock-output-token-count')
  return inputTokenCount === undefined ? undefined : { inputTokenCount, outputTokenCount: outputTokenCount ?? 0 }
}

/** The first reply that is none of success is the answer. */
async function sendEach(outgoing: Outgoing, calls: Calls): Promise<Incoming> {
  const parsed = parseJson(new TextDecoder().decode(outgoing.body))
  const requests = isObject(parsed) ? objectsOf(parsed[requestsName]) : []
  const replies: JsonObject[] = []
  let last: Incoming | undefined
  for (let at = 0; at < requests.length; at += atOnce) {
    const batch = await Promise.all(requests.slice(at, at + atOnce).map((request) => sendOne(request, outgoing, calls)))
    for (const incoming of batch) {
      last = incoming
      if (incoming.status !== 200) return incoming
      const body = parseJson(new TextDecoder().decode(await readAll(incoming, maxReplyBytes)))
      replies.push(isObject(body) ? body : {})
    }
  }
  return jsonReply(last ?? { status: 200, headers: new Headers(), body: null }, { [repliesName]: replies })
}

async function sendOne(request: JsonObject, outgoing: Outgoing, calls: Calls): Promise<Incoming> {
  const one: Outgoing = {
    ...outgoing,
    headers: { ...outgoing.headers },
    body: new TextEncoder().encode(JSON.stringify(request)),
  }
  const { target, env } = calls
  await signFor(runtime, one, { target, env, region: bedrockRegion(target) })
  return sendCounted(one, calls)
}
