import { fail, isString, printVector, type JsonObject } from '@switchyard/wire'

/** The texts of OpenAI's `input`. Token numbers mean nothing to providers with tokenizers of their own. */
export const textsOf = (input: unknown): readonly string[] =>
  inputsOf(input).map((text, at) => {
    if (isString(text)) return text
    throw fail('bad_request', `input[${at}] must be a string: this provider does not take token numbers.`, { param: 'input' })
  })

/** OpenAI's `input` as a list, whatever is in it. */
export function inputsOf(input: unknown): readonly unknown[] {
  const inputs: readonly unknown[] = Array.isArray(input) ? input : [input]
  if (inputs.length > 0 && input !== undefined && input !== null) return inputs
  throw fail('bad_request', 'input must be a string or a list that is not empty.', { param: 'input' })
}

/** Where the provider does not count its input: about four characters of English a token. */
export const estimatedTokens = (texts: readonly string[]): number =>
  Math.round(texts.reduce((sum, text) => sum + text.length, 0) / 4)

export interface Embedded {
  readonly model: string
  readonly vectors: readonly (readonly number[])[]
  readonly usage: JsonObject
}

/** OpenAI's embeddings reply. */
export function embeddingReply({ model, vectors, usage }: Embedded, request: JsonObject): JsonObject {
  if (vectors.length === 0) throw fail('bad_reply', 'The provider sent no embeddings.')
  const base64 = request['encoding_format'] === 'base64'
  const data = vectors.map((vector, index) => ({ object: 'embedding', index, embedding: printVector(vector, base64) }))
  return { object: 'list', data, model, usage }
}
