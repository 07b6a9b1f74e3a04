import type { Codec } from '@switchyard/core'
import { compact, objectOf, objectsOf, stringOf, type JsonObject } from '@switchyard/wire'
import { documentText, documentTexts, rankedReply } from '../../rerank.ts'

/** Cohere's request ⇄ Google's ranking API (cloud.google.com, Ranking API). A record's id is its place. */
export const rerank: Codec = {
  write: ({ model: _, query, documents, top_n: top, return_documents: _return, ...own }, { model }) => ({
    json: compact({
      model,
      query: documentText(query),
      records: documentTexts(documents).map((content, index) => ({ id: String(index), content })),
      topN: top,
      ignoreRecordDetailsInResponse: true,
      ...own,
    }),
  }),
  read: (reply, request) => rankedReply({ scores: objectsOf(objectOf(reply)?.['records']).map(scored), meta: {} }, request),
}

const scored = ({ id, score }: JsonObject): { index: number; relevance_score: number } => ({
  index: Number(stringOf(id) ?? 0),
  relevance_score: Number(score ?? 0),
})
