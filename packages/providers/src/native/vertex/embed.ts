import type { Codec, Target } from '@switchyard/core'
import {
  arrayOf,
  isObject,
  isString,
  numberOf,
  objectOf,
  objectsOf,
  readEmbedReply,
  stringOf,
  writeEmbedRequest,
  type JsonObject,
} from '@switchyard/wire'
import { embeddingReply, inputsOf, textsOf } from '../../embeddings.ts'
import { isEmbedContentModel } from './families.ts'

/** OpenAI's embeddings ⇄ `:predict`, or `:embedContent` for the models that have only that. */
export const embedding: Codec = { write: (body, target) => ({ json: write(body, target) }), read }

const isMultimodal = (model: string): boolean => model.startsWith('multimodalembedding')

function write(body: JsonObject, { model }: Target): JsonObject {
  if (isMultimodal(model)) return writeMedia(body)
  if (!isEmbedContentModel(model)) return writeTexts(body)
  const { model: _model, ...request } = writeEmbedRequest(body, model, true)
  return request
}

function writeTexts(body: JsonObject): JsonObject {
  const taskType = stringOf(body['task_type'] ?? body['taskType'])
  const title = stringOf(body['title'])
  const settings = { ...(taskType === undefined ? {} : { task_type: taskType }), ...(title === undefined ? {} : { title }) }
  const dimensions = numberOf(body['dimensions'])
  const autoTruncate = body['auto_truncate'] ?? body['autoTruncate']
  return {
    instances: textsOf(body['input']).map((content) => ({ content, ...settings })),
    parameters: {
      ...(dimensions === undefined ? {} : { outputDimensionality: dimensions }),
      ...(typeof autoTruncate === 'boolean' ? { autoTruncate } : {}),
    },
  }
}

function writeMedia(body: JsonObject): JsonObject {
  const dimension = numberOf(body['dimensions'])
  const instances = inputsOf(body['input']).map((input) => (isString(input) ? instanceOf(input) : input))
  return { instances, ...(dimension === undefined ? {} : { parameters: { dimension } }) }
}

/** Text, a file of Cloud Storage, or a data URI. Instances that are written out are sent as they are. */
function instanceOf(input: string): JsonObject {
  const data = /^data:(image|video)\/[^;,]+;base64,(.*)$/s.exec(input)
  if (data?.[1] !== undefined) return { [data[1]]: { bytesBase64Encoded: data[2] } }
  if (!input.startsWith('gs://')) return { text: input }
  return { [/\.(mp4|mov|avi|flv|mkv|mpe?g|webm|wmv)$/i.test(input) ? 'video' : 'image']: { gcsUri: input } }
}

function read(reply: unknown, request: JsonObject, { model }: Target): JsonObject {
  const body = objectOf(reply) ?? {}
  if (isEmbedContentModel(model))
    return readEmbedReply(body, { model, estimatedTokens: 0, base64: request['encoding_format'] === 'base64' })
  const predictions = objectsOf(body['predictions'])
  const tokens = predictions.reduce((sum, prediction) => sum + tokensOf(prediction), 0)
  const characters = numberOf(objectOf(body['metadata'])?.['billableCharacterCount'])
  const details = characters === undefined ? {} : { prompt_tokens_details: { character_count: characters } }
  const usage = { prompt_tokens: tokens, total_tokens: tokens, ...details }
  return embeddingReply({ model, vectors: predictions.flatMap(vectorsOf), usage }, request)
}

/** What the tokenizer made of one text. */
export const tokensOf = (prediction: JsonObject): number =>
  numberOf(objectOf(objectOf(prediction['embeddings'])?.['statistics'])?.['token_count']) ?? 0

/** One vector of a text; of an instance with media one for each of its parts, and for each part of a video. */
function vectorsOf({ embeddings, textEmbedding, imageEmbedding, videoEmbeddings }: JsonObject): readonly (readonly number[])[] {
  const found: readonly unknown[] = isObject(embeddings)
    ? [embeddings['values']]
    : [textEmbedding, imageEmbedding, ...objectsOf(videoEmbeddings).map((part) => part['embedding'])]
  return found.filter(Array.isArray).map((vector) => arrayOf(vector).map((value) => numberOf(value) ?? 0))
}
