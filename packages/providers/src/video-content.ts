import {
  addKey,
  discard,
  targetOf,
  type Cancellation,
  type Deployment,
  type Incoming,
  type Outgoing,
  type ProviderEnv,
} from '@switchyard/core'
import { fail, isGatewayError, kindOfStatus } from '@switchyard/wire'
import { bytesOfBase64 } from './base64.ts'
import { isOwnHost } from './keys.ts'

const mostSteps = 4

export interface VideoPlace {
  /** As `Keeps.videoUrl` says. */
  readonly url: string
  readonly keeper: Deployment
  readonly env: ProviderEnv
  readonly signal: Cancellation
}

/** The bytes of a video that does not lie behind its own path. */
export async function videoAt({ url: first, ...place }: VideoPlace): Promise<Incoming> {
  if (first.startsWith('data:')) return heldIn(first)
  let url = first
  for (let step = 0; step < mostSteps; step++) {
    const incoming = await fetched(url, place)
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
  const [, type, base64] = /^data:([^;,]+);base64,([\w+/]+=*)$/.exec(url) ?? []
  if (type === undefined || base64 === undefined) throw fail('bad_reply', 'The provider sent a video that is not base64.')
  const bytes = bytesOfBase64(base64)
  const headers = new Headers({ 'content-type': type, 'content-length': String(bytes.length) })
  return { status: 200, headers, body: only(bytes) }
}

async function* only(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, void> {
  yield bytes
}

/** The key goes to the provider's own addresses and nowhere else; the transport keeps to addresses that it may reach. */
async function fetched(url: string, { keeper, env, signal }: Omit<VideoPlace, 'url'>): Promise<Incoming> {
  const at = URL.canParse(url) ? new URL(url) : undefined
  const isOwn = at !== undefined && (at.origin === new URL(keeper.baseUrl).origin || isOwnHost(keeper.provider, url))
  if (at === undefined || (at.protocol !== 'https:' && !isOwn))
    throw fail('bad_reply', 'The provider gave no address of the video.')
  const headers: Record<string, string> = { 'accept-encoding': 'identity' }
  const outgoing: Outgoing = { url, method: 'GET', headers, body: undefined }
  if (isOwn) {
    Object.assign(headers, keeper.provider.headers, keeper.headers)
    addKey(headers, keeper)
    await keeper.provider.prepare?.(outgoing, targetOf(keeper, keeper.model), env)
  }
  try {
    return await env.send(outgoing, { signal })
  } catch (cause) {
    if (isGatewayError(cause)) throw cause
    throw fail('unreachable', 'The video could not be fetched.', { code: 'upstream_unreachable' }, { cause })
  }
}
