import type { Codec, Target } from '@switchyard/core'
import { arrayOf, compact, numberOf, objectOf, objectsOf, type JsonObject } from '@switchyard/wire'
import { embeddingReply, textsOf } from '../../embeddings.ts'
import { scopeOf } from './scope.ts'

/** OpenAI's embeddings ⇄ `POST /ml/v1/text/embeddings` (native-wire facts §10, 2026-11-22). */
export const embedding: Codec = {
  write: (body, target) => ({ json: write(body, target) }),
  read: (reply, request, { model }) => read(objectOf(reply) ?? {}, request, model),
}

/** What OpenAI's clients name and is written elsewhere or means nothing here; the rest are the model's parameters. */
const consumed = new Set([
  'model',
  'input',
  'encoding_format',
  'user',
  'dimensions',
  'parameters',
  'model_id',
  'project_id',
  'space_id',
])

function write(body: JsonObject, target: Target): JsonObject {
  const own = Object.entries(body).filter(([name]) => !consumed.has(name))
  const parameters = { ...objectOf(body['parameters']), ...Object.fromEntries(own) }
  return compact({
    inputs: textsOf(body['input']),
    parameters: Object.keys(parameters).length === 0 ? undefined : parameters,
    ...scopeOf(target),
  })
}

function read(reply: JsonObject, request: JsonObject, model: string): JsonObject {
  const vectors = objectsOf(reply['results']).map((result) => arrayOf(result['embedding']).map((value) => numberOf(value) ?? 0))
  const tokens = numberOf(reply['input_token_count']) ?? 0
  return embeddingReply({ model, vectors, usage: { prompt_tokens: tokens, total_tokens: tokens } }, request)
}
