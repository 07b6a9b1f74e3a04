import type { Codec, Payload } from '@switchyard/core'
import { compact, isString, numberOf, objectOf, type JsonObject } from '@switchyard/wire'
import { inputsOf, textsOf } from '../../embeddings.ts'

// Three routes by the model's kind (native-wire facts §22, 2026-11-22).

const isContextual = (model: string): boolean => model.includes('context')
const isMultimodal = (model: string): boolean => model.includes('multimodal')

function write(body: JsonObject, model: string): Payload {
  const { input, dimensions, encoding_format: format, model: _, ...own } = body
  const settings = compact({
    model,
    output_dimension: dimensions,
    // Floats are what comes without the field.
    encoding_format: format === 'float' ? undefined : format,
    ...own,
  })
  if (isContextual(model)) return { json: { inputs: groupsOf(input), ...settings }, path: '/contextualizedembeddings' }
  if (isMultimodal(model)) return { json: { inputs: inputsOf(input).map(contentOf), ...settings }, path: '/multimodalembeddings' }
  return { json: { input: isString(input) ? input : textsOf(input), ...settings }, path: '/embeddings' }
}

/** Pieces of one document are a list; a text that stands alone is a document of its own. */
const groupsOf = (input: unknown): readonly unknown[] => inputsOf(input).map((one) => (Array.isArray(one) ? one : [one]))

function contentOf(input: unknown): unknown {
  if (!isString(input)) return input
  if (input.startsWith('data:image/')) return { content: [{ type: 'image_base64', image_base64: input }] }
  return { content: [/^https?:\/\/\S+$/.test(input) ? { type: 'image_url', image_url: input } : { type: 'text', text: input }] }
}

/** Voyage counts one figure. */
function read(reply: JsonObject): JsonObject {
  const total = numberOf(objectOf(reply['usage'])?.['total_tokens']) ?? 0
  return { ...reply, usage: { prompt_tokens: total, total_tokens: total } }
}

export const embedding: Codec = {
  write: (body, { model }) => write(body, model),
  read: (reply) => read(objectOf(reply) ?? {}),
}
