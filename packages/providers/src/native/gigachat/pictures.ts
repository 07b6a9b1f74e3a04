import { encodeContent, type Outgoing, type ProviderEnv, type Target } from '@switchyard/core'
import {
  fail,
  isObject,
  isString,
  objectOf,
  objectsOf,
  openaiChatProtocol,
  parseJson,
  stringOf,
  type JsonObject,
} from '@switchyard/wire'
import { bytesOfDocument } from '../../ocr.ts'
import { peeked } from '../../polling.ts'

// A message names its pictures by the ids of uploaded files (github.com/ai-forever/gigachat, read 2026-11-22).

const mark = '"attachments":["data:'
const limitMs = 60_000

/** Puts uploaded files in the place of the pictures; a request without any keeps its bytes. */
export async function uploadPictures(outgoing: Outgoing, { baseUrl }: Target, env: ProviderEnv): Promise<void> {
  const text = new TextDecoder().decode(outgoing.body)
  if (!text.includes(mark)) return
  const body = objectOf(parseJson(text)) ?? {}
  const ids = new Map<string, Promise<string>>()
  const idOf = (uri: string): Promise<string> => {
    const id = ids.get(uri) ?? upload(uri, { url: `${baseUrl}/files`, headers: outgoing.headers, env })
    ids.set(uri, id)
    return id
  }
  const messages = await Promise.all(objectsOf(body['messages']).map((message) => withFiles(message, idOf)))
  outgoing.body = new TextEncoder().encode(JSON.stringify({ ...body, messages }))
}

async function withFiles(message: JsonObject, idOf: (uri: string) => Promise<string>): Promise<JsonObject> {
  const { attachments } = message
  if (!Array.isArray(attachments)) return message
  return { ...message, attachments: await Promise.all(attachments.filter(isString).map(idOf)) }
}

interface Upload {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly env: ProviderEnv
}

async function upload(uri: string, { url, headers, env }: Upload): Promise<string> {
  const [, contentType = 'image/png', base64 = ''] = /^data:([^;,]*);base64,(.*)$/s.exec(uri) ?? []
  const file = {
    field: 'file',
    filename: `picture.${contentType.split('/')[1] ?? 'png'}`,
    contentType,
    bytes: bytesOfDocument(base64),
  }
  const form = encodeContent({ form: { purpose: 'general' }, files: [file] })
  const sent = { url, method: 'POST' as const, headers: { ...headers, 'content-type': form.contentType }, body: form.bytes }
  const { incoming, json } = await peeked(await env.send(sent, { signal: AbortSignal.timeout(limitMs) }))
  const id = stringOf(json['id'])
  if (id !== undefined) return id
  throw isObject(json) && incoming.status >= 400
    ? openaiChatProtocol.readError(incoming.status, json)
    : fail('bad_reply', 'GigaChat did not say which file was uploaded.')
}
