import type { Codec, FormFile, Payload, Target } from '@switchyard/core'
import { compact, readGeminiUsage, fail, numberOf, objectOf, objectsOf, stringOf, type JsonObject } from '@switchyard/wire'
import { base64Of } from '../../base64.ts'
import { filesOf, imagesIn, imagesReply, typedFields, measuresOf, ratioOf } from '../../images.ts'

// Google draws with models of two kinds: Imagen predicts, Gemini answers with parts (ai.google.dev/gemini-api/docs/imagen and
// /image-generation). Vertex has the same bodies.

const isImagen = ({ model }: Target): boolean => model.includes('imagen')

const imagenRatios = ['1:1', '3:4', '4:3', '9:16', '16:9'] as const
const geminiRatios = [...imagenRatios, '2:3', '3:2', '4:5', '5:4', '21:9'] as const

/** The route of a model's pictures. */
export const imagePath = (model: string): string => (model.includes('imagen') ? ':predict' : ':generateContent')

interface Kind {
  /** Whose turn it is, which Vertex wants to be told. */
  readonly role?: 'user'
  /** Imagen's field of the resolution, which the fast models and those before the fourth do not have. */
  readonly sizeField?: string
  /** The models of Imagen that change pictures; elsewhere there are none. */
  readonly editors?: RegExp
  /** The usual resolution is named too. */
  readonly namesUsualSize?: true
}

function imagenBody({ prompt, n, size, ...own }: JsonObject, { model }: Target, { sizeField, namesUsualSize }: Kind): JsonObject {
  const { parameters, ...more } = own
  const measures = measuresOf(size)
  const longest = measures === undefined ? 0 : Math.max(measures.width, measures.height)
  const named = stringOf(size) ?? ''
  const resolution = /^[12]K$/.test(named)
    ? named
    : longest === 0
      ? undefined
      : longest > 1792
        ? '2K'
        : namesUsualSize
          ? '1K'
          : undefined
  const hasSizes = sizeField !== undefined && /imagen-[4-9]/.test(model) && !model.includes('fast')
  return {
    instances: [{ prompt }],
    parameters: compact({
      sampleCount: n ?? 1,
      aspectRatio: ratioOf(size, imagenRatios),
      ...(hasSizes ? { [sizeField]: resolution } : {}),
      ...more,
      ...objectOf(parameters),
    }),
  }
}

/** The picture to be changed, and a mask of what may be changed in it (cloud.google.com, "Edit images" of Imagen, 2026-11-22). */
function imagenEdit({ prompt, n, size: _size, parameters, ...own }: JsonObject, files: readonly FormFile[]): JsonObject {
  const raw = imagesIn(files).map((image) => ({ referenceType: 'REFERENCE_TYPE_RAW', referenceImage: bytesOf(image) }))
  const mask = filesOf(files, 'mask').map((file) => ({
    referenceType: 'REFERENCE_TYPE_MASK',
    referenceImage: bytesOf(file),
    maskImageConfig: { maskMode: 'MASK_MODE_USER_PROVIDED' },
  }))
  const referenceImages = [...raw, ...mask].map((one, at) => ({ ...one, referenceId: at + 1 }))
  return {
    instances: [{ prompt, referenceImages }],
    parameters: compact({
      sampleCount: n ?? 1,
      editMode: mask.length === 0 ? undefined : 'EDIT_MODE_INPAINT_INSERTION',
      ...own,
      ...objectOf(parameters),
    }),
  }
}

const bytesOf = ({ bytes }: FormFile): JsonObject => ({ bytesBase64Encoded: base64Of(bytes) })

/** One picture a call. */
function geminiBody({ prompt, n, size, ...own }: JsonObject, images: readonly FormFile[], { role }: Kind): JsonObject {
  if (n !== undefined && n !== 1) {
    throw fail('unsupported_params', 'Gemini draws one image a call; leave "n" out.', { param: 'n' })
  }
  const { generationConfig, ...more } = own
  const drawn = compact({
    aspectRatio: ratioOf(size, geminiRatios),
    imageSize: /^[124]K$/.test(stringOf(size) ?? '') ? size : undefined,
  })
  const pictures = images.map(({ contentType, bytes }) => ({ inlineData: { mimeType: contentType, data: base64Of(bytes) } }))
  return {
    contents: [{ ...(role === undefined ? {} : { role }), parts: [...pictures, { text: prompt }] }],
    generationConfig: {
      response_modalities: ['IMAGE', 'TEXT'],
      ...(Object.keys(drawn).length === 0 ? {} : { imageConfig: drawn }),
      ...objectOf(generationConfig),
    },
    ...more,
  }
}

/** OpenAI's settings that mean nothing here: the reply always holds the picture. */
function withoutOpenAis({ model: _, response_format: _format, user: _user, quality: _quality, ...body }: JsonObject): JsonObject {
  return body
}

/** The codecs of Google's pictures. */
export const imageCodecs = (kind: Kind): { readonly image_generation: Codec; readonly image_edit: Codec } => ({
  image_generation: {
    write: (body, target): Payload => {
      const own = withoutOpenAis(body)
      return { json: isImagen(target) ? imagenBody(own, target, kind) : geminiBody(own, [], kind) }
    },
    read,
  },
  image_edit: {
    write: (body, target, files) => {
      const own = typedFields(withoutOpenAis(body))
      if (kind.editors?.test(target.model)) return { json: imagenEdit(own, files) }
      if (isImagen(target)) {
        throw fail('bad_request', `"${target.model}" does not change images; choose a Gemini model.`, { param: 'model' })
      }
      return { json: geminiBody(own, imagesIn(files), kind) }
    },
    read,
  },
})

function read(reply: unknown): JsonObject {
  const body = objectOf(reply) ?? {}
  const predicted = objectsOf(body['predictions']).flatMap(({ bytesBase64Encoded: data }) => stringOf(data) ?? [])
  const candidates = objectsOf(body['candidates'])
  const parts = candidates.flatMap(({ content }) => objectsOf(objectOf(content)?.['parts']))
  // Pictures of its thoughts are drafts.
  const drawn = parts
    .filter(({ thought }) => thought !== true)
    .flatMap(({ inlineData, inline_data: snake }) => stringOf(objectOf(inlineData ?? snake)?.['data']) ?? [])
  const data = [...predicted, ...drawn].map((image) => ({ b64_json: image }))
  if (data.length === 0) refuseBlocked(body, candidates)
  return imagesReply(data, usageOf(body))
}

function refuseBlocked(body: JsonObject, candidates: readonly JsonObject[]): void {
  const filtered = objectsOf(body['predictions']).flatMap(({ raiFilteredReason: reason }) => stringOf(reason) ?? [])[0]
  const blocked = stringOf(objectOf(body['promptFeedback'])?.['blockReason'])
  const finish = stringOf(candidates[0]?.['finishReason'])
  const reason = filtered ?? blocked ?? (finish === 'STOP' || finish === 'MAX_TOKENS' ? undefined : finish)
  // Imagen leaves out what its filter took, and says no more.
  if (reason !== undefined || (body['candidates'] === undefined && body['error'] === undefined)) {
    throw fail('content_filtered', `Google made no image: ${reason ?? 'its filter took all of them'}.`)
  }
}

function usageOf(body: JsonObject): JsonObject {
  const usage = readGeminiUsage(body)
  if (usage === undefined || usage.input + usage.output === 0) return {}
  const metadata = objectOf(body['usageMetadata']) ?? {}
  const asked = (modality: string): number => tokensOf(metadata['promptTokensDetails'], modality)
  const drawn = tokensOf(metadata['candidatesTokensDetails'], 'IMAGE')
  const images = drawn === 0 ? usage.output - usage.reasoning : drawn
  return {
    usage: {
      input_tokens: usage.input,
      output_tokens: usage.output,
      total_tokens: usage.input + usage.output,
      input_tokens_details: { text_tokens: asked('TEXT'), image_tokens: asked('IMAGE') },
      output_tokens_details: { image_tokens: images, text_tokens: usage.output - images },
    },
  }
}

const tokensOf = (details: unknown, modality: string): number =>
  objectsOf(details).reduce((sum, one) => sum + (one['modality'] === modality ? (numberOf(one['tokenCount']) ?? 0) : 0), 0)
