import type { Codec } from '@switchyard/core'
import { arrayOf, compact, isString, numberOf, objectOf, objectsOf, stringOf, type JsonObject } from '@switchyard/wire'

/**
 * Most rerank APIs take Cohere's request. Their replies differ in names: `data` for `results`, a document as a string, and
 * OpenAI's usage instead of `meta` (recorded with LiteLLM 1.106.2, 2026-11-22).
 */
export const cohereLikeRerank: Codec = {
  write: (body, target) => ({ json: { ...body, model: target.model } }),
  read: (reply) => {
    const { results, data, id, meta, usage } = objectOf(reply) ?? {}
    return {
      id: stringOf(id) ?? newRerankId(),
      results: objectsOf(results ?? data).map(rankedOf),
      meta: objectOf(meta) ?? metaOf(objectOf(usage)),
    }
  },
}

/** What others have no place for in Cohere's request (recorded with LiteLLM 1.106.2, 2026-11-22). */
export const limitsOfCohere = ['max_chunks_per_doc', 'max_tokens_per_doc', 'rank_fields'] as const

const newRerankId = (): string => `rerank-${crypto.randomUUID()}`

const rankedOf = (one: JsonObject): JsonObject =>
  isString(one['document']) ? { ...one, document: { text: one['document'] } } : one

function metaOf(usage: JsonObject | undefined): JsonObject {
  if (usage === undefined) return {}
  const { total_tokens: total, prompt_tokens: input = total, completion_tokens: output } = usage
  return { billed_units: { total_tokens: total }, tokens: compact({ input_tokens: input, output_tokens: output }) }
}

/** The documents of a request for providers that take texts alone: Cohere's may be objects. */
export const documentTexts = (documents: unknown): readonly string[] => arrayOf(documents).map(documentText)

export const documentText = (document: unknown): string =>
  stringOf(document) ?? stringOf(objectOf(document)?.['text']) ?? JSON.stringify(document)

/** How well a document fits, by its place in the request. */
export interface Scored {
  readonly index: number
  readonly relevance_score: number
}

/** A score by the names that it has in a reply. */
export const scoredOf = (one: JsonObject, index: string, score: string): Scored => ({
  index: numberOf(one[index]) ?? 0,
  relevance_score: numberOf(one[score]) ?? 0,
})

interface Ranking {
  readonly id?: string | undefined
  readonly scores: readonly Scored[]
  readonly meta: JsonObject
}

/** Cohere's reply of a provider that only scores: best first, as many as were asked for, with their documents on demand. */
export function rankedReply({ id, scores, meta }: Ranking, request: JsonObject): JsonObject {
  const documents = arrayOf(request['documents'])
  const withText = request['return_documents'] === true
  const results = scores
    .toSorted((a, b) => b.relevance_score - a.relevance_score)
    .slice(0, numberOf(request['top_n']) ?? scores.length)
    .map((one) => (withText ? { ...one, document: { text: documentText(documents[one.index]) } } : one))
  return { id: id ?? newRerankId(), results, meta }
}
