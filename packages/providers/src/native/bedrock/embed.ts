import type { Codec, Target } from '@switchyard/core'
import { arrayOf, compact, fail, isString, numberOf, objectOf, objectsOf, printVector, type JsonObject } from '@switchyard/wire'
import { metricsName } from '../../aws/text/dialect.ts'
import { estimatedTokens } from '../../embeddings.ts'
import { repliesName, requestsName } from './exchange.ts'
import { modelOf } from './model.ts'

/** Bodies of InvokeModel for embeddings (native-wire facts §3.7, 2026-11-22). */
interface Embedder {
  readonly test: RegExp
  /** The body of one input. */
  readonly one?: (input: string, body: JsonObject) => JsonObject
  /** The body of all inputs. */
  readonly all?: (inputs: readonly string[], body: JsonObject) => JsonObject
}

const image = /^data:(image\/[a-z+.-]+);base64,/

const embedders: readonly Embedder[] = [
  {
    test: /^amazon\.titan-embed-image/,
    one: (input, { dimensions }) => ({
      ...(image.test(input) ? { inputImage: input.replace(image, '') } : { inputText: input }),
      ...(dimensions === undefined ? {} : { embeddingConfig: { outputEmbeddingLength: dimensions } }),
    }),
  },
  {
    test: /^amazon\.titan-embed-(?:text-v1|g1)/,
    one: (input) => ({ inputText: input }),
  },
  {
    test: /^amazon\.titan/,
    one: (input, { dimensions, normalize, embeddingTypes }) =>
      compact({ inputText: input, dimensions, normalize, embeddingTypes }),
  },
  { test: /^amazon\.nova/, one: novaBody },
  {
    test: /^twelvelabs\./,
    one: (input, body) => compact({ inputType: 'text', inputText: input, textTruncate: body['textTruncate'] ?? 'end' }),
  },
  {
    test: /^cohere\./,
    all: (texts, { input_type, truncate, dimensions, embedding_types }) =>
      compact({
        ...(texts.every((text) => image.test(text)) ? { images: texts } : { texts }),
        input_type: input_type ?? (texts.every((text) => image.test(text)) ? 'image' : 'search_document'),
        truncate,
        output_dimension: dimensions,
        embedding_types,
      }),
  },
]

const largestNova = 3072

function novaBody(input: string, { dimensions, embeddingPurpose }: JsonObject): JsonObject {
  const [, type] = image.exec(input) ?? []
  const content =
    type === undefined
      ? { text: { value: input, truncationMode: 'END' } }
      : { image: { format: type.replace(/^image\//, ''), source: { bytes: input.replace(image, '') } } }
  return {
    schemaVersion: 'nova-multimodal-embed-v1',
    taskType: 'SINGLE_EMBEDDING',
    singleEmbeddingParams: {
      embeddingPurpose: embeddingPurpose ?? 'GENERIC_INDEX',
      embeddingDimension: dimensions ?? largestNova,
      ...content,
    },
  }
}

export const embedding: Codec = { write: (body, target) => ({ json: writeBody(body, target) }), read: readReply }

function writeBody(body: JsonObject, target: Target): JsonObject {
  const inputs = inputsOf(body['input'])
  const { vendor, name } = modelOf(target.model)
  const embedder = embedders.find(({ test }) => test.test(`${vendor}.${name}`))
  if (embedder?.all !== undefined) return embedder.all(inputs, body)
  const write = embedder?.one ?? ((input: string) => ({ inputText: input }))
  const requests = inputs.map((input) => write(input, body))
  return requests.length === 1 && requests[0] !== undefined ? requests[0] : { [requestsName]: requests }
}

function inputsOf(input: unknown): readonly string[] {
  const inputs = isString(input) ? [input] : arrayOf(input)
  const texts = inputs.filter(isString)
  if (texts.length > 0 && texts.length === inputs.length) return texts
  throw fail('bad_request', 'input must be a string or an array of strings: Bedrock does not take token numbers', {
    param: 'input',
  })
}

function readReply(reply: unknown, request: JsonObject, target: Target): JsonObject {
  const body = objectOf(reply) ?? {}
  const replies = body[repliesName] === undefined ? [body] : objectsOf(body[repliesName])
  const vectors = replies.flatMap(vectorsOf)
  if (vectors.length === 0) throw fail('bad_reply', 'the provider sent no embeddings; try again')
  const base64 = request['encoding_format'] === 'base64'
  const counted = replies.reduce((sum, one) => sum + (numberOf(one['inputTextTokenCount']) ?? countedTokens(one)), 0)
  // Some models do not say; nothing is counted for media.
  const tokens = counted > 0 ? counted : estimatedTokens(inputsOf(request['input']).filter((text) => !image.test(text)))
  return {
    object: 'list',
    data: vectors.map((values, index) => ({ object: 'embedding', index, embedding: printVector(values, base64) })),
    model: modelOf(target.model).id,
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  }
}

/** What the service counts, which stands in headers (`exchange`). */
const countedTokens = (reply: JsonObject): number => numberOf(objectOf(reply[metricsName])?.['inputTokenCount']) ?? 0

/** Titan has one `embedding`; Cohere lists of numbers, or lists by type; Nova and Marengo objects with one. */
function vectorsOf(reply: JsonObject): readonly (readonly number[])[] {
  if (Array.isArray(reply['embedding'])) return [numbersIn(reply['embedding'])]
  const { embeddings, data, embeddingsByType } = reply
  const byType = objectOf(embeddingsByType)
  if (byType !== undefined) return Object.values(byType).slice(0, 1).map(numbersIn)
  const typed = objectOf(embeddings)
  const lists = typed === undefined ? arrayOf(embeddings ?? data) : arrayOf(Object.values(typed)[0])
  return lists.map((one) => numbersIn(Array.isArray(one) ? one : objectOf(one)?.['embedding']))
}

const numbersIn = (value: unknown): readonly number[] => arrayOf(value).map((one) => numberOf(one) ?? 0)
