import { arrayOf } from '@switchyard/wire'
import { ranked, type VendorApi } from '../fake-vendor.ts'
import { embeddings } from './openai-like.ts'

/** docs.voyageai.com/reference. */
export const voyage: VendorApi = {
  credential: ['authorization', 'Bearer voyage-vendor-key'],
  refusal: (status, detail) => ({ status, body: { detail } }),
  answer: (request) => {
    const { path, json } = request
    if (path === '/v1/embeddings') return embeddings(request, { total_tokens: 6 })
    if (path !== '/v1/rerank') return undefined
    const data = ranked(arrayOf(json['documents']), json['top_k'])
    return { body: { object: 'list', data, model: json['model'], usage: { total_tokens: 26 } } }
  },
}

/** jina.ai/embeddings and /reranker. */
export const jina: VendorApi = {
  credential: ['authorization', 'Bearer jina-vendor-key'],
  refusal: (status, detail) => ({ status, body: { detail } }),
  answer: (request) => {
    const { path, json } = request
    if (path === '/v1/embeddings') return embeddings(request, { total_tokens: 6, prompt_tokens: 6 })
    if (path !== '/v1/rerank') return undefined
    const results = ranked(arrayOf(json['documents']), json['top_n'])
    return { body: { model: json['model'], object: 'list', usage: { total_tokens: 26 }, results } }
  },
}
