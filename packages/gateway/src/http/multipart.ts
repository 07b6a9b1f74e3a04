import { fail, type GatewayError } from '@switchyard/wire'

/** One part of a multipart form (RFC 7578). `bytes` is a view of the body: nothing is copied. */
export interface FormPart {
  readonly name: string
  /** Present: the part is a file. */
  readonly filename: string | undefined
  readonly contentType: string | undefined
  readonly bytes: Uint8Array
}

/** More fields no API takes. */
const mostParts = 1000
const longestHead = 16 * 1024

/** Takes a whole form apart. Whatever is not as the RFC says is a 400: two readers of one doubtful form could see two forms. */
export function readMultipart(body: Uint8Array, contentType: string): readonly FormPart[] {
  const [, quotedName, plainName] = /;\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i.exec(contentType) ?? []
  const boundary = quotedName ?? plainName
  if (boundary === undefined) throw broken('its content type names no boundary')
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  const delimiter = Buffer.from(`\r\n--${boundary}`)
  const parts: FormPart[] = []
  let at = bytes.indexOf(delimiter.subarray(2)) === 0 ? delimiter.length - 2 : endOf(bytes, delimiter, 0)
  while (!bytes.subarray(at, at + 2).equals(dashes)) {
    if (!bytes.subarray(at, at + 2).equals(lineEnd)) throw broken('a boundary is not followed by a new line')
    const next = endOf(bytes, delimiter, at)
    parts.push(readPart(bytes.subarray(at + 2, next - delimiter.length)))
    if (parts.length > mostParts) throw broken(`it has more than ${mostParts} parts`)
    at = next
  }
  return parts
}

const dashes = Buffer.from('--')
const lineEnd = Buffer.from('\r\n')
const blankLine = Buffer.from('\r\n\r\n')

/** Where the next delimiter is over. */
function endOf(bytes: Buffer, delimiter: Buffer, from: number): number {
  const at = bytes.indexOf(delimiter, from)
  if (at < 0) throw broken('its last boundary is missing')
  return at + delimiter.length
}

function readPart(part: Buffer): FormPart {
  const end = part.indexOf(blankLine)
  if (end < 0 || end > longestHead) throw broken('a part has no headers')
  const headers = headersOf(part.toString('utf8', 0, end))
  const disposition = headers.get('content-disposition') ?? ''
  const name = parameter(disposition, 'name')
  if (!/^form-data\b/i.test(disposition) || name === undefined) throw broken('a part has no name')
  return {
    name,
    filename: parameter(disposition, 'filename'),
    contentType: headers.get('content-type'),
    bytes: part.subarray(end + blankLine.length),
  }
}

const headersOf = (head: string): ReadonlyMap<string, string> =>
  new Map(
    head.split('\r\n').map((line) => {
      const colon = line.indexOf(':')
      return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()]
    }),
  )

/** Browsers write `"` as `%22`, other clients as `\"`; `filename*` (RFC 8187) is for names beyond ASCII and comes first. */
function parameter(header: string, name: string): string | undefined {
  const extended = new RegExp(`;\\s*${name}\\*=utf-8''([^;\\s]+)`, 'i').exec(header)?.[1]
  if (extended !== undefined) return decoded(extended)
  const [, quotedText, plain] = new RegExp(`;\\s*${name}=(?:"((?:[^"\\\\]|\\\\.)*)"|([^\\s;"]+))`, 'i').exec(header) ?? []
  const text = quotedText?.replace(/\\(["\\])/g, '$1') ?? plain
  return text?.replace(/%(22|0D|0A)/gi, (escape) => decodeURIComponent(escape))
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch (cause) {
    throw fail('bad_request', 'The form has a file name that is not valid UTF-8.', { param: 'request_body' }, { cause })
  }
}

const broken = (why: string): GatewayError =>
  fail('bad_request', `The request body is not a valid multipart form: ${why}.`, { param: 'request_body' })
