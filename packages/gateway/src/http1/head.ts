import { linesOf, lists, ProtocolError, readFields, readLength, type BodyLength, type Fields } from './fields.ts'

/** The head of a request, checked. */
export interface RequestHead {
  readonly method: string
  /** As in the request line: path and query. */
  readonly target: string
  readonly fields: Fields
  readonly keepAlive: boolean
  /** HTTP/1.0 knows no chunks. */
  readonly takesChunks: boolean
  /** 0: no body. */
  readonly length: BodyLength
  readonly expectsContinue: boolean
}

export interface ReplyHead {
  readonly status: number
  readonly fields: Fields
  readonly keepAlive: boolean
  /** `close`: the body ends with the connection. */
  readonly length: BodyLength | 'close'
}

const requestLine = /^([A-Z]{1,20}) ([!-~]+) HTTP\/1\.([01])$/
const longestTarget = 16_384
const statusLine = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: [^\r\n]*)?$/

/**
 * What could be read in two ways is refused: two lengths, a length beside chunks, two hosts, codings other than chunked (RFC 9112
 * §6.1, §6.3; reliability facts §5, request smuggling).
 */
export function readRequestHead(text: string): RequestHead {
  const lines = linesOf(text)
  const match = requestLine.exec(lines[0] ?? '')
  if (match === null) throw noRequestLine(lines[0] ?? '')
  const [, method = '', target = '', minor] = match
  if (target.length > longestTarget) throw new ProtocolError(414, 'The request target is too long.')
  const fields = readFields(lines, refuseTwice)
  const host = fields.get('host')
  if (host === null ? minor === '1' : !isHost.test(host)) throw new ProtocolError(400, 'The request has no valid Host.')
  const connection = fields.get('connection')
  const expect = fields.get('expect')
  if (expect !== null && expect.toLowerCase() !== '100-continue') throw new ProtocolError(417, 'This expectation is not met.')
  return {
    method,
    target: targetOf(target, method),
    fields,
    keepAlive: minor === '1' ? !lists(connection, 'close') : lists(connection, 'keep-alive'),
    takesChunks: minor === '1',
    length: requestLength(fields, minor === '1'),
    expectsContinue: expect !== null && minor === '1',
  }
}

/** A name or an address, and a port: what a reader of a URL would split at stands in none. */
export const isHost = /^(?:\[[\da-f:.]+\]|[\w\-.~!$&'()*+,;=%]*)(?::\d{0,5})?$/i

const noRequestLine = (line: string): ProtocolError =>
  / HTTP\/(?!1\.)\d\.\d$/.test(line)
    ? new ProtocolError(505, 'Only HTTP/1.0 and HTTP/1.1 are spoken here.')
    : new ProtocolError(400, 'The request line is not one of HTTP/1.1.')

const once: ReadonlySet<string> = new Set(['host', 'content-length', 'transfer-encoding', 'content-type'])

function refuseTwice(name: string, _value: string, fields: Fields): void {
  if (once.has(name) && fields.has(name)) throw new ProtocolError(400, `The request has two headers "${name}".`)
}

function targetOf(target: string, method: string): string {
  if (target.startsWith('/') || (target === '*' && method === 'OPTIONS')) return target
  const absolute = /^https?:\/\/[^/?#]+(\/.*)?$/i.exec(target)
  if (absolute === null) throw new ProtocolError(400, 'The request target is neither a path nor a URL.')
  return absolute[1] ?? '/'
}

function requestLength(fields: Fields, takesChunks: boolean): BodyLength {
  const coding = fields.get('transfer-encoding')
  const declared = fields.get('content-length')
  if (coding === null) return declared === null ? 0 : readLength(declared)
  if (declared !== null || !takesChunks) throw new ProtocolError(400, 'The length of the request is ambiguous.')
  if (coding.toLowerCase() !== 'chunked') throw new ProtocolError(400, 'No transfer coding but "chunked" is known here.')
  return 'chunked'
}

export function readReplyHead(text: string): ReplyHead {
  const lines = linesOf(text)
  const match = statusLine.exec(lines[0] ?? '')
  if (match === null) throw new ProtocolError(502, 'The status line is not one of HTTP/1.1.')
  const fields = readFields(lines, all)
  const status = Number(match[2])
  const connection = fields.get('connection')
  const keepAlive = match[1] === '1' ? !lists(connection, 'close') : lists(connection, 'keep-alive')
  // An HTTP/1.0 server knows no chunks: whoever wrote them was not the one who wrote the rest (RFC 9112 §6.1).
  const isSure = match[1] === '1' || !fields.has('transfer-encoding')
  return { status, fields, ...replyLength(status, fields, keepAlive && isSure) }
}

/** Providers may send what they like twice, but for a length: that is looked at below. */
const all = (): void => undefined

/** Where chunks and a length stand side by side, the chunks count, and the connection is not used again (RFC 9112 §6.3). */
function replyLength(status: number, fields: Fields, keepAlive: boolean): Pick<ReplyHead, 'length' | 'keepAlive'> {
  if (status === 204 || status === 304 || status < 200) return { length: 0, keepAlive }
  const coding = fields.get('transfer-encoding')
  const declared = fields.get('content-length')
  if (coding !== null) {
    if (coding.toLowerCase() !== 'chunked') throw new ProtocolError(502, 'The reply has an unknown transfer coding.')
    return { length: 'chunked', keepAlive: keepAlive && declared === null }
  }
  if (declared === null) return { length: 'close', keepAlive: false }
  const [length = '', ...others] = declared.split(/[ \t]*,[ \t]*/)
  if (others.some((other) => other !== length)) throw new ProtocolError(502, 'The reply has two lengths.')
  return { length: readLength(length), keepAlive }
}
