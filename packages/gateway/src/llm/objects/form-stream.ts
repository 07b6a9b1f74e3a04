import { fail } from '@switchyard/wire'
import { readMultipart } from '../../http/multipart.ts'
import type { Spool } from './spool.ts'

export interface SpooledForm {
  readonly fields: ReadonlyMap<string, string>
  readonly file: { readonly filename: string; readonly contentType: string; readonly spool: Spool }
}

export interface FormPlace {
  /** Where the file goes; asked for when the request is a form. */
  readonly spool: () => Promise<Spool>
  readonly mostBytes: number
}

/** What stands around the file fits into this. */
const mostAround = 256 * 1024
const headEnd = Buffer.from('\r\n\r\n')

/** Reads a multipart form whose one file is too large for memory: the file goes to the disk while it comes. */
export async function readFormStream(
  body: AsyncIterable<Uint8Array>,
  contentType: string,
  { spool, mostBytes }: FormPlace,
): Promise<SpooledForm> {
  const boundary = /;\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i.exec(contentType)
  const name = boundary?.[1] ?? boundary?.[2]
  if (name === undefined || !/^multipart\/form-data\b/i.test(contentType))
    throw fail('unsupported_media', 'This route takes multipart/form-data with a file.')
  const reader = new FormReader(Buffer.from(`\r\n--${name}`), mostBytes, await spool())
  try {
    for await (const piece of body) await reader.push(piece)
    return reader.end(contentType)
  } catch (error) {
    await reader.spool.close()
    throw error
  }
}

/** Everything but the file's bytes is kept, and read as a form of its own when it is whole. */
class FormReader {
  readonly #delimiter: Buffer
  readonly #mostBytes: number
  readonly spool: Spool
  /** The form without the file's bytes. */
  #around = Buffer.alloc(0)
  /** Not looked at yet. */
  #rest: Buffer
  #part: 'between' | 'field' | 'file' = 'between'
  #hasFile = false

  constructor(delimiter: Buffer, mostBytes: number, spool: Spool) {
    this.#delimiter = delimiter
    this.#mostBytes = mostBytes
    this.spool = spool
    // So that the first boundary looks like the others.
    this.#rest = Buffer.from('\r\n')
  }

  async push(piece: Uint8Array): Promise<void> {
    if (this.#part === 'file' && (await this.#passOn(piece))) return
    this.#rest = Buffer.concat([this.#rest, piece])
    let isMore = true
    while (isMore) {
      isMore = this.#part === 'between' ? this.#readHead() : await this.#readContent()
      if (this.#around.length > mostAround) throw broken('its fields are too large')
    }
    if (this.#part === 'between' && this.#rest.length > mostAround) throw broken('its fields are too large')
    if (this.spool.size > this.#mostBytes) throw tooLarge()
  }

  end(contentType: string): SpooledForm {
    const whole = Buffer.concat([this.#around, this.#rest])
    const parts = readMultipart(whole.subarray(2), contentType)
    const file = parts.find(({ filename }) => filename !== undefined)
    if (file?.filename === undefined) throw fail('bad_request', 'Missing required parameter: "file".', { param: 'file' })
    const texts = parts.filter(({ filename }) => filename === undefined)
    return {
      fields: new Map(texts.map(({ name, bytes }) => [name, Buffer.from(bytes).toString('utf8')])),
      file: { filename: file.filename, contentType: file.contentType ?? 'application/octet-stream', spool: this.spool },
    }
  }

  /** From a boundary to the end of the headers behind it; false when they have not come. */
  #readHead(): boolean {
    const start = this.#rest.indexOf(this.#delimiter)
    const end = start < 0 ? -1 : this.#rest.indexOf(headEnd, start)
    if (end < 0) return false
    const head = this.#rest.subarray(0, end + headEnd.length)
    const isFile = /filename\*?=/i.test(head.toString('latin1'))
    if (isFile && this.#hasFile) throw broken('it has two files')
    this.#hasFile ||= isFile
    this.#part = isFile ? 'file' : 'field'
    this.#around = Buffer.concat([this.#around, head])
    this.#rest = this.#rest.subarray(head.length)
    return true
  }

  /** A piece in which no boundary begins goes to the disk without being copied: all but an end that may be one's beginning. */
  async #passOn(piece: Uint8Array): Promise<boolean> {
    const { length } = this.#delimiter
    const bytes = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength)
    const seam = Buffer.concat([this.#rest, bytes.subarray(0, length)])
    if (bytes.length < length || seam.includes(this.#delimiter) || bytes.includes(this.#delimiter)) return false
    await this.spool.write(this.#rest)
    await this.spool.write(bytes.subarray(0, bytes.length - length))
    this.#rest = Buffer.from(bytes.subarray(bytes.length - length))
    if (this.spool.size > this.#mostBytes) throw tooLarge()
    return true
  }

  /** Up to the next boundary, which may have come in part only. */
  async #readContent(): Promise<boolean> {
    const end = this.#rest.indexOf(this.#delimiter)
    const length = end < 0 ? Math.max(0, this.#rest.length - this.#delimiter.length) : end
    const content = this.#rest.subarray(0, length)
    if (this.#part === 'file') await this.spool.write(content)
    else this.#around = Buffer.concat([this.#around, content])
    this.#rest = this.#rest.subarray(length)
    if (end < 0) return false
    this.#part = 'between'
    return true
  }
}

const tooLarge = (): Error => fail('too_large', 'The file is larger than this gateway takes.')

const broken = (why: string): Error =>
  fail('bad_request', `The request body is not a valid multipart form: ${why}.`, { param: 'request_body' })
