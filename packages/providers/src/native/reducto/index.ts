import {
  encodeContent,
  readAll,
  type Codec,
  type Incoming,
  type Outgoing,
  type Provider,
  type ProviderEnv,
} from '@switchyard/core'
import { fail, isString, numberOf, objectOf, objectsOf, parseJson, stringOf, type JsonObject } from '@switchyard/wire'
import { bytesOfDocument, documentIn, ocrReply, pagesOf } from '../../ocr.ts'
import { peeked } from '../../polling.ts'

// Documents as texts (docs.reducto.ai and its client reductoai 0.16.0, read 2026-11-22). What is no address is uploaded first, and a
// long result lies behind an address of its own.

const ocr: Codec = {
  write: ({ model: _model, document, pages, include_image_base64: _images, ...own }) => {
    const given = documentIn(document)
    const input = 'url' in given ? given.url : `data:${given.contentType};base64,${given.base64}`
    const chosen = Array.isArray(pages) ? pages.map((page) => Number(page) + 1) : undefined
    return { json: { input, ...(chosen === undefined ? {} : { settings: { page_range: chosen } }), ...own } }
  },
  read: (reply, _request, { model }) => {
    const { result, usage } = objectOf(reply) ?? {}
    const chunks = objectOf(result)?.['chunks']
    if (!Array.isArray(chunks)) throw fail('bad_reply', 'Reducto answered without a result.')
    const blocks = objectsOf(chunks).flatMap((chunk) => objectsOf(chunk['blocks']))
    const texts = blocks.map(({ content, bbox }) => ({
      page: numberOf(objectOf(bbox)?.['page']) ?? 1,
      text: stringOf(content) ?? '',
    }))
    return ocrReply(model, pagesOf(texts), numberOf(objectOf(usage)?.['num_pages']))
  },
}

/** `POST /parse`, with an upload before it and a download behind it where they are needed. */
async function parse(outgoing: Outgoing, env: ProviderEnv, signal: AbortSignal): Promise<Incoming> {
  const body = objectOf(parseJson(new TextDecoder().decode(outgoing.body))) ?? {}
  const given = stringOf(body['input']) ?? ''
  const input = given.startsWith('data:') ? await upload(given, outgoing, env, signal) : given
  if (!isString(input)) return input
  const { incoming, json } = await peeked(await env.send({ ...outgoing, body: encode({ ...body, input }) }, { signal }))
  const result = objectOf(json['result'])
  if (incoming.status !== 200 || result?.['type'] !== 'url') return incoming
  const chunks = await download(stringOf(result['url']) ?? '', env, signal)
  const whole = encode({ ...json, result: { type: 'full', chunks } })
  return { ...incoming, whole: () => Promise.resolve(whole) }
}

/** The address of what was uploaded, or the refusal. */
async function upload(dataUri: string, outgoing: Outgoing, env: ProviderEnv, signal: AbortSignal): Promise<string | Incoming> {
  const given = documentIn({ document_url: dataUri })
  if ('url' in given) throw fail('bad_request', 'The data URI of the document is not base64.', { param: 'document' })
  const file = { field: 'file', filename: 'document', contentType: given.contentType, bytes: bytesOfDocument(given.base64) }
  const { bytes, contentType } = encodeContent({ form: {}, files: [file] })
  const url = outgoing.url.replace(/\/parse$/, '/upload')
  const headers = { ...outgoing.headers, 'content-type': contentType }
  const { incoming, json } = await peeked(await env.send({ url, method: 'POST', headers, body: bytes }, { signal }))
  return stringOf(json['file_id']) ?? incoming
}

const maxResultBytes = 64 * 1024 * 1024

/** A long result lies where its address alone opens it: the key stays here. */
async function download(url: string, env: ProviderEnv, signal: AbortSignal): Promise<unknown> {
  if (!URL.canParse(url) || new URL(url).protocol !== 'https:')
    throw fail('bad_reply', 'Reducto did not say where its result lies.')
  const incoming = await env.send({ url, method: 'GET', headers: { accept: 'application/json' }, body: undefined }, { signal })
  if (incoming.status !== 200) throw fail('bad_gateway', `The result of Reducto could not be read (status ${incoming.status}).`)
  const read = parseJson(new TextDecoder().decode(await readAll(incoming, maxResultBytes)))
  return Array.isArray(read) ? read : objectOf(read)?.['chunks']
}

const encode = (json: JsonObject): Uint8Array => new TextEncoder().encode(JSON.stringify(json))

export const reducto: Provider = {
  id: 'reducto',
  name: 'Reducto',
  keyEnv: ['REDUCTO_API_KEY'],
  auth: { kind: 'bearer' },
  baseUrl: 'https://platform.reducto.ai',
  baseEnv: ['REDUCTO_API_BASE'],
  endpoints: { ocr: [{ shape: 'native', path: '/parse' }] },
  codecs: { ocr },
  exchange: (outgoing, _target, env, signal) => parse(outgoing, env, signal),
}
