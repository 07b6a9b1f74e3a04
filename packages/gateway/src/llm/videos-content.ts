import { Readable } from 'node:stream'
import {
  addKey,
  discard,
  maxReplyBytes,
  readAll,
  targetOf,
  type Deployment,
  type Incoming,
  type Outgoing,
} from '@switchyard/core'
import { isOwnHost } from '@switchyard/providers'
import { fail, isGatewayError, isObject, kindOfStatus, parseJson } from '@switchyard/wire'
import type { Context } from '../http/context.ts'
import { booked } from './objects/kept-objects.ts'

const mostSteps = 4

/** The bytes of a video that does not lie behind its own path: its job says where. */
export async function contentElsewhere(context: Context, keeper: Deployment, path: string): Promise<Incoming> {
  const status = await booked(context, keeper, { kind: 'videos', method: 'GET', path })
  const job = parseJson(new TextDecoder().decode(await readAll(status, maxReplyBytes)))
  let url = isObject(job) ? keeper.provider.keeps?.videoUrl?.(job) : undefined
  if (url === undefined) throw fail('not_found', 'This video is not ready yet.', { param: 'video_id' })
  if (url.startsWith('data:')) return heldIn(url)
  const signal = AbortSignal.any([
    context.request.signal,
    AbortSignal.timeout(context.snapshot.config.server.passThroughTimeoutMs),
  ])
  for (let step = 0; step < mostSteps; step++) {
    const incoming = await fetched(context, keeper, url, signal)
    const next = incoming.status >= 300 && incoming.status < 400 ? incoming.headers.get('location') : null
    if (incoming.status >= 200 && incoming.status < 300) return incoming
    await discard(incoming)
    if (next === null) {
      throw fail(kindOfStatus(incoming.status), `The provider did not give the video away (${incoming.status}).`, {
        upstreamStatus: incoming.status,
      })
    }
    url = new URL(next, url).href
  }
  throw fail('bad_gateway', 'The provider sends the video from one address to the next.')
}

/** A video that came inside its job. */
function heldIn(url: string): Incoming {
  const [, type = 'video/mp4', base64 = ''] = /^data:([^;,]+);base64,(.*)$/s.exec(url) ?? []
  const bytes = Buffer.from(base64, 'base64')
  const headers = new Headers({ 'content-type': type, 'content-length': String(bytes.length) })
  return { status: 200, headers, body: Readable.from([bytes]) }
}

/** The key goes to the provider's own addresses and nowhere else; the transport keeps to addresses that it may reach. */
async function fetched({ snapshot }: Context, keeper: Deployment, url: string, signal: AbortSignal): Promise<Incoming> {
  const at = URL.parse(url)
  const isOwn = at !== null && (at.origin === URL.parse(keeper.baseUrl)?.origin || isOwnHost(keeper.provider, url))
  if (at === null || (at.protocol !== 'https:' && !isOwn)) throw fail('bad_reply', 'The provider gave no address of the video.')
  const headers: Record<string, string> = { 'accept-encoding': 'identity' }
  const outgoing: Outgoing = { url, method: 'GET', headers, body: undefined }
  if (isOwn) {
    Object.assign(headers, keeper.provider.headers, keeper.headers)
    addKey(headers, keeper)
    await keeper.provider.prepare?.(outgoing, targetOf(keeper, keeper.model), snapshot.engine.env)
  }
  try {
    return await snapshot.engine.transport.send(outgoing, { signal })
  } catch (cause) {
    if (isGatewayError(cause)) throw cause
    throw fail('unreachable', 'The video could not be fetched.', { code: 'upstream_unreachable' }, { cause })
  }
}
