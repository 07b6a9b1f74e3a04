import { fail } from '@switchyard/wire'

/** What stands behind a prefix in the request's URL, as the client wrote it. */
export interface Subpath {
  /** Begins with a slash; percent-escapes are the client's. */
  readonly raw: string
  /** Decoded, in lower case and without a slash at its end: what it is judged by. */
  readonly plain: string
  /** Decoded: names of models stand in it. */
  readonly decoded: string
  /** Without the question mark and without credentials. */
  readonly query: string
}

/** Credentials in a query are the client's for the gateway, or somebody else's; providers get theirs in headers. */
const credentialParam = /^(?:key|api[-_]?key|access[-_]?token|token|auth[-_]?token)$/i

/** Other spellings of a path that a provider may read as another one could slip by the books. */
// oxlint-disable-next-line no-control-regex -- these are among them
const doubtful = /\/\/|\\|[\x00-\x1f\x7f]|(?:^|\/)\.{1,2}(?:\/|$)/

export function readSubpath(url: string, prefix: string): Subpath {
  const start = url.indexOf('/', url.indexOf('//') + 2)
  const [path = '', ...queries] = url.slice(start).split('?')
  const raw = path.slice(prefix.length)
  const decoded = decode(raw)
  if (!raw.startsWith('/') || doubtful.test(decoded)) throw notPassable()
  const kept = queries
    .join('?')
    .split('&')
    .filter((pair) => pair !== '' && !credentialParam.test(decode(pair.split('=')[0] ?? '')))
  return { raw, decoded, plain: decoded.toLowerCase().replace(/\/$/, ''), query: kept.join('&') }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch (cause) {
    throw notPassable(cause)
  }
}

const notPassable = (cause?: unknown): Error =>
  fail('bad_request', 'This path cannot be passed on: write it without empty segments, dots and broken escapes.', {}, { cause })
