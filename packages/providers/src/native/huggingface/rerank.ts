import type { Codec } from '@switchyard/core'
import { objectsOf } from '@switchyard/wire'
import { documentText, documentTexts, rankedReply, scoredOf } from '../../rerank.ts'

/** Cohere's request ⇄ `POST /rerank` of Text Embeddings Inference (recorded with LiteLLM 1.106.2, 2026-11-22). The reply is a list. */
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
