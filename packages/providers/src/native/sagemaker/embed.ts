import type { Codec } from '@switchyard/core'
import { arrayOf, fail, isString, numberOf, objectOf, objectsOf, printVector, type JsonObject } from '@switchyard/wire'
import { estimatedTokens } from '../../embeddings.ts'
import { listName } from './exchange.ts'

/** Embeddings of Hugging Face's containers (native-wire facts §4, 2026-11-22); they do not count tokens. */
export const embedding: Codec = {
  write: (body) => ({ json: { inputs: inputsOf(body['input']) } }),
  read: (reply, request, target) => readReply(objectOf(reply) ?? {}, request, target.model),
}

function inputsOf(input: unknown): readonly string[] {
  const inputs = isString(input) ? [input] : arrayOf(input)
  const texts = inputs.filter(isString)
  if (texts.length > 0 && texts.length === inputs.length) return texts
  throw fail('bad_request', 'input must be a string or an array of strings: the container does not take token numbers', {
    param: 'input',
  })
}

function readReply(body: JsonObject, request: JsonObject, model: string): JsonObject {
  const vectors = vectorsOf(body)
  if (vectors.length === 0) throw fail('bad_reply', 'the provider sent no embeddings; try again')
  const base64 = request['encoding_format'] === 'base64'
  const tokens = estimatedTokens(inputsOf(request['input']))
  return {
    object: 'list',
    data: vectors.map((values, index) => ({ object: 'embedding', index, embedding: printVector(values, base64) })),
    model,
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  }
}

/** `{embedding: [[…]]}`, OpenAI's `{data: [{embedding}]}`, or a bare list. */
function vectorsOf(body: JsonObject): readonly (readonly number[])[] {
  const lists = objectsOf(body['data']).map(({ embedding: values }) => values)
  const found = lists.length > 0 ? lists : arrayOf(body['embedding'] ?? body['embeddings'] ?? body[listName])
  const nested = found.every((one) => Array.isArray(one)) ? found : [found]
  return nested.map((values) => arrayOf(values).map((value) => numberOf(value) ?? 0))
}
