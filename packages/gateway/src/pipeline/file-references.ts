import { askOf, RequestBody, type Ask, type Deployment } from '@switchyard/core'
import { fail, isObject, isString, stringOf, type JsonObject } from '@switchyard/wire'
import type { Context } from '../http/context.ts'
import { ownFile } from '../llm/batches/own-files.ts'
import { isOwn } from '../llm/batches/own-ids.ts'
import { sameKeeper } from '../llm/objects/batch-file.ts'
import { deploymentOf, ownedBy } from '../llm/objects/owned.ts'
import { uploadOf } from '../llm/objects/uploads.ts'
import { isSealed, type Sealed } from '../llm/objects/sealed-id.ts'
import type { StoredFile } from '../store/index.ts'

/** All ids of ours have one of them (llm/objects/sealed-id.ts); that they are looked for is all that other requests notice. */
const marks = ['-sy', '_sy', '/files/', 'files\\/']
/** Letters of `/files/` that JSON need not escape: whoever does may hide it. */
const hidden = ['2f', '2F', '66', '69', '6c', '6C', '65', '73'].map((code) => `\\u00${code}`)

/** Fields by which chats name what was uploaded. */
const naming: ReadonlySet<string> = new Set(['file_id', 'file_ids', 'vector_store_ids'])

export function mayNameFiles({ operation, body }: Pick<Ask, 'operation' | 'body'>): boolean {
  if (operation !== 'chat') return false
  const { bytes } = body
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const has = (text: string): boolean => buffer.includes(text)
  return marks.some(has) || (has('\\u00') && hidden.some(has))
}

const longestUrl = 500
/** However its version and its end are written. */
const uploadUrl = /\/v\d\w*\/(files\/[\w-]+)/i

interface Found {
  readonly id: string
  readonly sealed: Sealed
  /** How often it is named. */
  readonly times: number
}

/**
 * Ids of ours in a chat become what its provider understands: the provider's own id where it keeps the file, the content where
 * the gateway does. Anything else is refused: what another provider keeps, and what is not the caller's.
 */
export async function withFiles(context: Context, asked: Ask): Promise<Ask> {
  const ids = new Map<string, Found>()
  const uploads = new Set<string>()
  find(asked.body.json, '', {
    id: (id) => {
      const found = ids.get(id) ?? { id, sealed: ownedBy(context, id), times: 0 }
      ids.set(id, { ...found, times: found.times + 1 })
    },
    upload: (name) => uploads.add(name),
  })
  const ask = await withUploads(context, asked, uploads)
  if (ids.size === 0) return ask
  const names = new Map<string, string>()
  const contents = new Map<string, Content>()
  let keeper: Deployment | undefined
  let room = context.snapshot.config.switchyard.maxBodyBytes
  for (const { id, sealed, times } of ids.values()) {
    if (isOwn(context.gateway, sealed)) {
      const file = await ownFile(context.gateway, sealed)
      // In base64 it is a third larger, and it stands in the request as often as it is named.
      room -= file.bytes * 1.4 * times
      if (room < 0) throw fail('too_large', 'The files of this request are too large for a model to read.', { param: 'file_id' })
      contents.set(id, await contentOf(context, file))
    } else {
      keeper = placeOf(context, ask, sealed, keeper)
      names.set(id, sealed.upstreamId)
    }
  }
  const body = RequestBody.ofJson(replaced(ask.body.json, { names, contents }))
  const { dropParams, strict } = ask
  return { ...ask, ...askOf(body, ask, { dropParams, strict }), ...(keeper === undefined ? {} : { prefers: keeper.id }) }
}

/** Refuses what names another caller's upload, where the rest is the provider's to judge. */
export async function refuseForeignUploads(context: Context, { body }: Ask): Promise<void> {
  const names = new Set<string>()
  find(body.json, '', { id: () => undefined, upload: (name) => names.add(name) })
  for (const name of names) await uploadOf(context, name)
}

/** Names of uploads are their provider's: they stay, but are nobody else's, and the deployment that has them is asked first. */
async function withUploads(context: Context, ask: Ask, names: ReadonlySet<string>): Promise<Ask> {
  const group = context.snapshot.models.find(ask.model)
  let prefers = ask.prefers
  for (const name of names) {
    const found = await uploadOf(context, name)
    const keeper = found === undefined ? undefined : deploymentOf(context, found.deploymentRef)
    prefers ??= keeper && group?.deployments.find((one) => sameKeeper(one, keeper))?.id
  }
  return prefers === undefined ? ask : { ...ask, prefers }
}

interface Seen {
  readonly id: (id: string) => unknown
  readonly upload: (name: string) => unknown
}

/** Tells of every id of ours under a field that names files, and of uploads wherever their URLs stand. */
function find(value: unknown, field: string, seen: Seen): void {
  if (isString(value)) {
    if (naming.has(field) && isSealed(value)) seen.id(value)
    const upload = value.length < longestUrl ? uploadUrl.exec(value)?.[1] : undefined
    if (upload !== undefined) seen.upload(upload)
  } else if (Array.isArray(value)) for (const item of value) find(item, field, seen)
  else if (isObject(value)) for (const [name, item] of Object.entries(value)) find(item, name, seen)
}

/** The deployment of the model that reaches what the file's keeper keeps. */
function placeOf(context: Context, ask: Ask, sealed: Sealed, before: Deployment | undefined): Deployment {
  const keeper = deploymentOf(context, sealed.deploymentRef)
  const group = context.snapshot.models.find(ask.model)
  const reached = group?.deployments.find((one) => sameKeeper(one, keeper))
  if (reached !== undefined && (before === undefined || sameKeeper(before, reached))) return before ?? reached
  const why =
    reached === undefined ? `the model "${ask.model.slice(0, 100)}" is served elsewhere` : 'others that it names are not'
  throw fail('bad_request', `A file of this request is kept by ${keeper.provider.name}, and ${why}. Upload it for this model.`, {
    param: 'file_id',
  })
}

/** A file that the gateway keeps, as it stands in a body. */
interface Content {
  readonly filename: string
  readonly mimeType: string
  readonly base64: string
}

async function contentOf({ gateway }: Context, file: StoredFile): Promise<Content> {
  const parts: Buffer[] = []
  for await (const piece of gateway.shelf.read(file.id)) parts.push(Buffer.from(piece))
  return { filename: file.filename, mimeType: typeOf(file), base64: Buffer.concat(parts).toString('base64') }
}

const types: Readonly<Record<string, string>> = {
  pdf: 'application/pdf',
  txt: 'text/plain',
  md: 'text/markdown',
  csv: 'text/csv',
  html: 'text/html',
  json: 'application/json',
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
}

/** Many clients upload everything as bytes without a type. */
function typeOf({ contentType, filename }: StoredFile): string {
  const said = contentType.split(';')[0]?.trim().toLowerCase() ?? ''
  if (said !== '' && said !== 'application/octet-stream') return said
  return types[filename.slice(filename.lastIndexOf('.') + 1).toLowerCase()] ?? 'application/octet-stream'
}

interface Replacements {
  readonly names: ReadonlyMap<string, string>
  readonly contents: ReadonlyMap<string, Content>
}

function replaced(json: JsonObject, by: Replacements): JsonObject {
  const change = (field: string, value: unknown): unknown => {
    if (isString(value)) return naming.has(field) ? (by.names.get(value) ?? value) : value
    if (Array.isArray(value)) return value.map((item: unknown) => change(field, item))
    return isObject(value) ? each(value) : value
  }
  const each = (value: JsonObject): JsonObject => {
    const content = by.contents.get(stringOf(value['file_id']) ?? '')
    if (content !== undefined) return withContent(value, content)
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, change(name, item)]))
  }
  return each(json)
}

/** The object that names a file with its content in place of the name, as each dialect has it. */
function withContent({ file_id: _, ...rest }: JsonObject, { filename, mimeType, base64 }: Content): JsonObject {
  const url = `data:${mimeType};base64,${base64}`
  switch (rest['type']) {
    case 'file':
      if (mimeType !== 'text/plain') return { ...rest, type: 'base64', media_type: mimeType, data: base64 }
      return { ...rest, type: 'text', media_type: mimeType, data: Buffer.from(base64, 'base64').toString('utf8') }
    case 'input_image':
      return { ...rest, image_url: url }
    case 'input_file':
    case undefined:
      return { ...rest, filename: stringOf(rest['filename']) ?? filename, file_data: url }
    default:
      throw fail(
        'bad_request',
        `"${stringOf(rest['type']) ?? ''}" takes files that its provider keeps, not those of the gateway.`,
        {
          param: 'file_id',
        },
      )
  }
}
