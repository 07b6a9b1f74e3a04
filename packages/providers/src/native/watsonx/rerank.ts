import type { Codec } from '@switchyard/core'
import { compact, numberOf, objectOf, objectsOf, type JsonObject } from '@switchyard/wire'
import { documentText, documentTexts, rankedReply, scoredOf } from '../../rerank.ts'

/** Cohere's request ⇄ `POST /ml/v1/text/rerank` (cloud.ibm.com/apidocs/watsonx-ai#text-rerank). Model and project are set beside. */
export const rerank: Codec = {
  write: ({
    model: _,
    query,
    documents,
    top_n: top,
    return_documents: _return,
    max_tokens_per_doc: limit,
    parameters,
    ...own
  }) => {
    const written = compact({
      truncate_input_tokens: limit,
      return_options: top === undefined ? undefined : { top_n: top },
      ...objectOf(parameters),
    })
    return {
      json: {
        query: documentText(query),
        inputs: documentTexts(documents).map((text) => ({ text })),
        ...(Object.keys(written).length === 0 ? {} : { parameters: written }),
        ...own,
      },
    }
  },
  read: (reply, request) => {
    const { results, input_token_count: counted } = objectOf(reply) ?? {}
    const scores = objectsOf(results).map((one) => scoredOf(one, 'index', 'score'))
    return rankedReply({ scores, meta: metaOf(numberOf(counted)) }, request)
  },
}

const metaOf = (tokens: number | undefined): JsonObject => (tokens === undefined ? {} : { tokens: { input_tokens: tokens } })
