import type { Codec } from '@switchyard/core'
import { arrayOf, compact, isObject, isString, numberOf, objectOf, type JsonObject } from '@switchyard/wire'
import { embeddingReply, textsOf } from '../../embeddings.ts'

/** OpenAI's embeddings ⇄ `POST /v2/embed` (docs.cohere.com/reference/embed, 2026-11-22). */
export const embedding: Codec = {
  write: (body, { model }) => ({ json: write(body, model) }),
  read: (reply, request, { model }) => read(objectOf(reply) ?? {}, request, model),
}

/** What OpenAI's clients name and Cohere does not know; anything else is Cohere's own and travels. */
const consumed = new Set(['model', 'input', 'dimensions', 'encoding_format', 'user', 'input_type'])

function write(body: JsonObject, model: string): JsonObject {
  const inputs = textsOf(body['input'])
  const isPicture = inputs.every((input) => input.startsWith('data:image/'))
  const own = Object.fromEntries(Object.entries(body).filter(([name]) => !consumed.has(name)))
  return compact({
    model,
    ...(isPicture ? { images: inputs } : { texts: inputs }),
    input_type: isPicture ? 'image' : (body['input_type'] ?? 'search_document'),
    // Floats are asked for by name only where the client did so: base64 is made of them here.
    embedding_types: isString(body['encoding_format']) ? ['float'] : undefined,
    output_dimension: numberOf(body['dimensions']),
    ...own,
  })
}

/** Vectors by their type, or (v1 without types) as a list. With several types, one after the other. */
function read(reply: JsonObject, request: JsonObject, model: string): JsonObject {
  const { embeddings } = reply
  const lists = isObject(embeddings) ? Object.values(embeddings) : [embeddings]
  const vectors = lists.flatMap(arrayOf).map((vector) => arrayOf(vector).map((value) => numberOf(value) ?? 0))
  const billed = objectOf(objectOf(reply['meta'])?.['billed_units'])
  const texts = numberOf(billed?.['input_tokens']) ?? 0
  const images = numberOf(billed?.['image_tokens']) ?? numberOf(billed?.['images']) ?? 0
  const tokens = texts + images
  const details = compact({ text_tokens: texts || undefined, image_tokens: images || undefined })
  return embeddingReply(
    { model, vectors, usage: { prompt_tokens: tokens, total_tokens: tokens, prompt_tokens_details: details } },
    request,
  )
}
