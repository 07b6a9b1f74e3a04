import type { Codec } from '@switchyard/core'
import { arrayOf, compact, numberOf, objectOf, type JsonObject } from '@switchyard/wire'
import { embeddingReply, textsOf } from '../../embeddings.ts'

/** OpenAI's embeddings ⇄ `POST /api/embed` (native-wire facts §7, 2026-11-22). */
export const embedding: Codec = {
  write: (body, { model }) => ({ json: write(body, model) }),
  read: (reply, request, { model }) => read(objectOf(reply) ?? {}, request, model),
}

/** Parameters of OpenAI that mean nothing here; `truncate`, `keep_alive` and `options` are Ollama's own and travel. */
function write(body: JsonObject, model: string): JsonObject {
  const { input, encoding_format: _format, user: _user, ...own } = body
  return compact({ ...own, model, input: textsOf(input) })
}

function read(reply: JsonObject, request: JsonObject, model: string): JsonObject {
  const vectors = arrayOf(reply['embeddings']).map((vector) => arrayOf(vector).map((value) => numberOf(value) ?? 0))
  const tokens = numberOf(reply['prompt_eval_count']) ?? 0
  return embeddingReply({ model, vectors, usage: { prompt_tokens: tokens, total_tokens: tokens } }, request)
}
