import type { Codec } from '@switchyard/core'
import { arrayOf, numberOf, objectOf, objectsOf, stringOf, type JsonObject } from '@switchyard/wire'
import { embeddingReply, textsOf } from '../../embeddings.ts'

/** OpenAI's embeddings ⇄ `POST /cortex/inference:embed` (native-wire facts §12, 2026-11-22). */
export const embedding: Codec = {
  write: (body, { model }) => ({ json: { model, text: textsOf(body['input']) } }),
  read: (reply, request, { model }) => read(objectOf(reply) ?? {}, request, model),
}

function read(reply: JsonObject, request: JsonObject, model: string): JsonObject {
  const vectors = objectsOf(reply['data']).map((item) => vectorOf(arrayOf(item['embedding'])))
  const used = objectOf(reply['usage'])
  const tokens = numberOf(used?.['total_tokens']) ?? numberOf(used?.['prompt_tokens']) ?? 0
  const usage = { prompt_tokens: tokens, total_tokens: tokens }
  return embeddingReply({ model: stringOf(reply['model']) ?? model, vectors, usage }, request)
}

/** A text's vector is the only one of a list. */
function vectorOf(values: readonly unknown[]): readonly number[] {
  const [first] = values
  return (Array.isArray(first) ? arrayOf(first) : values).map((value) => numberOf(value) ?? 0)
}
