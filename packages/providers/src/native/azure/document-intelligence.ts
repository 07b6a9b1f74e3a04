import { readAll, type Codec, type Endpoint, type Incoming, type Outgoing, type ProviderEnv, type Target } from '@switchyard/core'
import { compact, fail, numberOf, objectOf, objectsOf, stringOf, type JsonObject } from '@switchyard/wire'
import { documentIn } from '../../ocr.ts'
import { pollJob } from '../../polling.ts'

// Document Intelligence behind Mistral's OCR (its REST API of 2024-11-30): a job whose
// address stands in a header.

const mark = /^doc-intelligence\//
const version = '2024-11-30'
const paceMs = 1000
const limitMs = 300_000
const maxErrorBytes = 1024 * 1024

export const analyzePath = '/documentintelligence/documentModels'
export const analyzeEndpoint: Endpoint = { shape: 'native', path: analyzePath }
/** Mistral's models, in Mistral's shape (native-wire facts §23, 2026-11-22). */
export const mistralOcrEndpoint: Endpoint = { shape: 'ocr', path: '/providers/mistral/azure/ocr' }

export const isDocumentIntelligence = (model: string): boolean => mark.test(model)

export const ocr: Codec = {
  write: ({ model: _, document, pages, include_image_base64: _images, ...own }, { model }) => {
    const chosen = Array.isArray(pages) ? pages.map((page) => Number(page) + 1).join(',') : stringOf(pages)
    return {
      json: { ...sourceOf(objectOf(document) ?? {}), ...own },
      path: `/${encodeURIComponent(model.replace(mark, ''))}:analyze`,
      query: [
        ['api-version', version],
        ['outputContentFormat', 'markdown'],
        ...(chosen === undefined || chosen === '' ? [] : [['pages', chosen] as const]),
      ],
    }
  },
  read: (reply, _request, { model }) => {
    const { status, analyzeResult, error } = objectOf(reply) ?? {}
    const result = objectOf(analyzeResult)
    if (status !== 'succeeded' || result === undefined) {
      throw fail(
        'bad_reply',
        stringOf(objectOf(error)?.['message']) ?? `The analysis ended with "${stringOf(status) ?? 'nothing'}".`,
      )
    }
    const pages = objectsOf(result['pages']).map((page) => pageOf(page, stringOf(result['content']) ?? ''))
    return { object: 'ocr', model, pages, usage_info: { pages_processed: pages.length } }
  },
}

function sourceOf(document: JsonObject): JsonObject {
  const given = documentIn(document)
  return 'url' in given ? { urlSource: given.url } : { base64Source: given.base64 }
}

/** Inches at 96 dots each, as Mistral tells pixels. */
const dpi = 96

function pageOf({ pageNumber, spans, width, height, unit }: JsonObject, content: string): JsonObject {
  const pixels = (length: unknown): number | undefined => {
    const given = numberOf(length)
    return given === undefined ? undefined : Math.round(unit === 'inch' ? given * dpi : given)
  }
  const texts = objectsOf(spans).map(({ offset, length }) => {
    const from = numberOf(offset) ?? 0
    return content.slice(from, from + (numberOf(length) ?? 0))
  })
  return {
    index: (numberOf(pageNumber) ?? 1) - 1,
    markdown: texts.join('\n'),
    images: [],
    dimensions: compact({ dpi, width: pixels(width), height: pixels(height) }),
  }
}

/** Only the host that was asked gets the key. */
export async function analyze(outgoing: Outgoing, _target: Target, env: ProviderEnv, signal: AbortSignal): Promise<Incoming> {
  const made = await env.send(outgoing, { signal })
  if (made.status !== 202) return made
  await readAll(made, maxErrorBytes)
  const url = made.headers.get('operation-location')
  if (url === null || !URL.canParse(url) || new URL(url).origin !== new URL(outgoing.url).origin) {
    throw fail('bad_reply', 'Document Intelligence did not say where its analysis can be read.')
  }
  const { 'content-type': _, ...headers } = outgoing.headers
  const ask = (): Promise<Incoming> => env.send({ url, method: 'GET', headers, body: undefined }, { signal })
  const isOver = ({ status }: JsonObject): boolean => status !== 'notStarted' && status !== 'running'
  return pollJob({ ask, isOver, paceMs, limitMs, now: env.now, signal })
}
