import type { Codec } from '@switchyard/core'
import { arrayOf, numberOf, objectOf, objectsOf, stringOf, type JsonObject } from '@switchyard/wire'
import { embeddingReply, textsOf } from '../../embeddings.ts'

/** OpenAI's embeddings, but every vector tells its own tokens. */
export const embedding: Codec = {
  write: (body, { model }) => ({ json: { model, input: textsOf(body['input']) } }),
  read: (reply, request, { model }) => read(objectOf(reply) ?? {}, request, model),
}

function read(reply: JsonObject, request: JsonObject, model: string): JsonObject {
  const items = objectsOf(reply['data'])
  const vectors = items.map((item) => arrayOf(item['embedding']).map((value) => numberOf(value) ?? 0))
  const tokens = tokensIn(reply) ?? items.reduce((sum, item) => sum + (tokensIn(item) ?? 0), 0)
  const usage = { prompt_tokens: tokens, total_tokens: tokens }
  return embeddingReply({ model: stringOf(reply['model']) ?? model, vectors, usage }, request)
}

const tokensIn = ({ usage }: JsonObject): number | undefined => numberOf(objectOf(usage)?.['prompt_tokens'])
