import type { Codec } from '@switchyard/core'
import { objectsOf } from '@switchyard/wire'
import { documentText, documentTexts, rankedReply, scoredOf } from '../../rerank.ts'

/** Cohere's request ⇄ `POST /rerank` of Text Embeddings Inference, whose reply is a list (huggingface.github.io/text-embeddings-inference, 2026-11-22). */
export const rerank: Codec = {
  write: ({ model: _, query, documents, top_n: _top, return_documents: withText, ...own }) => ({
    json: {
      raw_scores: false,
      truncate: false,
      truncation_direction: 'Right',
      ...own,
      query: documentText(query),
      texts: documentTexts(documents),
      ...(withText === true ? { return_text: true } : {}),
    },
  }),
  read: (reply, request) =>
    rankedReply({ scores: objectsOf(reply).map((one) => scoredOf(one, 'index', 'score')), meta: {} }, request),
}

/** Of Cohere's API, what a server of one model has no use for. */
export const limitsOfCohere = ['max_chunks_per_doc', 'max_tokens_per_doc', 'rank_fields'] as const
