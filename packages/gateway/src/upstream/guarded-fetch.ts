import { lookup as resolve, type LookupAddress, type LookupAllOptions } from 'node:dns'
import type { LookupFunction } from 'node:net'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { FetchMedia } from '@switchyard/core'
import { fail, isGatewayError } from '@switchyard/wire'
import { isPublicAddress } from './addresses.ts'

const usualBytes = 20 * 1024 * 1024
const usualTimeoutMs = 15_000
const mediaTypes = /^(?:image\/(?!svg)|audio\/|video\/|application\/pdf|text\/plain)/

/** All addresses of a name, as the system tells them. */
export type Resolve = (
  hostname: string,
  options: LookupAllOptions,
  done: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void

export interface FetchGuard {
  /** Hosts that the operator trusts whatever their address is. */
  readonly allowedHosts: ReadonlySet<string>
  /** Every address may be reached: the operator's own choice. */
  readonly allowAll: boolean
  readonly maxBytes?: number
  /** From the first packet to the last byte. */
  readonly timeoutMs?: number
  readonly resolve?: Resolve
}

/**
 * Fetches a URL that a user gave. The address is checked where it is connected to, so a name that resolves differently
 * the second time gains nothing; redirects are not followed; type, size and time are bounded.
 */
export function guardedFetch(guard: FetchGuard): FetchMedia {
  return async (text) => {
    const url = URL.parse(text)
    if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:') || url.username !== '' || url.password !== '') {
      throw refused('is not a plain http or https URL')
    }
    const trusted = guard.allowAll || guard.allowedHosts.has(url.hostname)
    // A literal address is not looked up, so it is checked here.
    const literal = url.hostname.replace(/^\[|\]$/g, '')
    if (!trusted && /^[\d.]+$|:/.test(literal) && !isPublicAddress(literal))
      throw refused('leads to an address that is not public')
    return read(await get(url, trusted, guard), guard.maxBytes ?? usualBytes)
  }
}

const refused = (why: string): Error =>
  fail('bad_request', `A file that the request names by URL cannot be fetched: the URL ${why}.`, { param: 'url' })

const publicLookup =
  (ask: Resolve): LookupFunction =>
  (hostname, options, done) => {
    ask(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return done(error, '', 0)
      const [first] = addresses
      if (first === undefined || !addresses.every(({ address }) => isPublicAddress(address))) {
        return done(Object.assign(new Error('not a public address'), { code: 'ENOTPUBLIC' }), '', 0)
      }
      if (options.all === true) done(null, addresses)
      else done(null, first.address, first.family)
    })
  }

function get(url: URL, trusted: boolean, guard: FetchGuard): Promise<IncomingMessage> {
  const request = url.protocol === 'https:' ? httpsRequest : httpRequest
  return new Promise((resolvePromise, reject) => {
    const outgoing = request(url, {
      headers: { accept: '*/*', 'accept-encoding': 'identity' },
      signal: AbortSignal.timeout(guard.timeoutMs ?? usualTimeoutMs),
      ...(trusted ? {} : { lookup: publicLookup(guard.resolve ?? resolve) }),
    })
    outgoing.on('response', resolvePromise)
    outgoing.on('error', (cause: NodeJS.ErrnoException) => {
      reject(cause.code === 'ENOTPUBLIC' ? refused('leads to an address that is not public') : refused('does not answer'))
    })
    outgoing.end()
  })
}

async function read(reply: IncomingMessage, maxBytes: number): Promise<{ base64: string; mimeType: string }> {
  const mimeType = (reply.headers['content-type'] ?? '').split(';')[0]?.trim() ?? ''
  try {
    if (reply.statusCode !== 200) throw refused(`answers ${reply.statusCode ?? 'nothing'}`)
    if (!mediaTypes.test(mimeType)) throw refused('does not lead to an image, audio, video, PDF or text')
    const parts: Buffer[] = []
    let length = 0
    for await (const part of reply) {
      length += part.length
      if (length > maxBytes) throw refused(`leads to more than ${maxBytes / 1024 / 1024} MB`)
      parts.push(part)
    }
    return { base64: Buffer.concat(parts).toString('base64'), mimeType }
  } catch (cause) {
    // A host that stops in the middle is the URL's fault, not the gateway's.
    throw isGatewayError(cause) ? cause : refused('does not answer to its end')
  } finally {
    reply.destroy()
  }
}
