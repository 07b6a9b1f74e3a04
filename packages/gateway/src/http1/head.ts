import { lists, ProtocolError, readFields, readLength, type BodyLength, type Fields } from './fields.ts'

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

const requestLine = /^([A-Z]{1,20}) ([!-~]{1,16384}) HTTP\/1\.([01])$/
const statusLine = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: [^\r\n]*)?$/

/**
 * What could be read in two ways is refused: two lengths, a length beside chunks, two hosts, codings other than chunked (RFC 9112
 * §6.1, §6.3; reliability facts §5, request smuggling).
 */
export function readRequestHead(text: string): RequestHead {
  const lines = text.split('\r\n')
  const match = requestLine.exec(lines[0] ?? '')
  if (match === null) throw new ProtocolError(400, 'The request line is not one of HTTP/1.1.')
  const [, method = '', target = '', minor] = match
  const fields = readFields(lines, refuseTwice)
  if (minor === '1' && !fields.has('host')) throw new ProtocolError(400, 'The request has no Host.')
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
    expectsContinue: expect !== null,
  }
}

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
  const lines = text.split('\r\n')
  const match = statusLine.exec(lines[0] ?? '')
  if (match === null) throw new ProtocolError(502, 'The status line is not one of HTTP/1.1.')
  const fields = readFields(lines, refuseOtherLength)
  const status = Number(match[2])
  const connection = fields.get('connection')
  const keepAlive = match[1] === '1' ? !lists(connection, 'close') : lists(connection, 'keep-alive')
  return { status, fields, ...replyLength(status, fields, keepAlive) }
}

function refuseOtherLength(name: string, value: string, fields: Fields): void {
  if (name === 'content-length' && fields.has(name) && fields.get(name) !== value)
    throw new ProtocolError(502, 'The reply has two lengths.')
}

/** Where chunks and a length stand side by side, the chunks count, and the connection is not used again (RFC 9112 §6.3). */
function replyLength(status: number, fields: Fields, keepAlive: boolean): Pick<ReplyHead, 'length' | 'keepAlive'> {
  if (status === 204 || status === 304 || status < 200) return { length: 0, keepAlive }
  const coding = fields.get('transfer-encoding')
  const declared = fields.get('content-length')
  if (coding !== null) {
    if (coding.toLowerCase() !== 'chunked') throw new ProtocolError(502, `The reply has an unknown transfer coding.`)
    return { length: 'chunked', keepAlive: keepAlive && declared === null }
  }
  if (declared === null) return { length: 'close', keepAlive: false }
  return { length: readLength(declared.split(',')[0] ?? ''), keepAlive }
}
