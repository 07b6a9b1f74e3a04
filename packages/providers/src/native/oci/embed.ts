import type { Codec } from '@switchyard/core'
import { arrayOf, isString, numberOf, objectOf, type JsonObject } from '@switchyard/wire'
import { embeddingReply, estimatedTokens, textsOf } from '../../embeddings.ts'
import { envelopeOf } from './envelope.ts'

/** `POST /actions/embedText` (Oracle's API reference, `EmbedTextDetails`, 2026-11-22). */
export const embedding: Codec = {
  write: ({ input, dimensions, input_type: inputType, truncate }, target) => ({
    json: {
      ...envelopeOf(target),
      inputs: textsOf(input),
      inputType: isString(inputType) ? inputType.toUpperCase() : 'SEARCH_DOCUMENT',
      ...(isString(truncate) ? { truncate: truncate.toUpperCase() } : {}),
      ...(numberOf(dimensions) === undefined ? {} : { outputDimensions: dimensions }),
    },
  }),
  read: (reply, request, { model }) => {
    const body = objectOf(reply) ?? {}
    const vectors = arrayOf(body['embeddings']).map((vector) => arrayOf(vector).map((value) => numberOf(value) ?? 0))
    return embeddingReply({ model, vectors, usage: usageOf(body, request) }, request)
  },
}

/** Older models do not count. */
function usageOf(body: JsonObject, request: JsonObject): JsonObject {
  const said = numberOf(objectOf(body['usage'])?.['promptTokens'])
  const tokens = said ?? estimatedTokens(textsOf(request['input']))
  return { prompt_tokens: tokens, total_tokens: tokens }
}
