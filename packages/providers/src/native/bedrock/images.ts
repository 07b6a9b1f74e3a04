import type { Codec, FormFile, Target } from '@switchyard/core'
import { arrayOf, compact, fail, isString, objectOf, objectsOf, stringOf, type JsonObject } from '@switchyard/wire'
import { base64File, filesOf, imagesIn, imagesReply, measuresOf, ratioOf, typedFields } from '../../images.ts'
import { modelOf } from './model.ts'

// Bodies of InvokeModel for pictures (native-wire facts §3.7, 2026-11-22).

const isAmazon = ({ model }: Pick<Target, 'model'>): boolean => modelOf(model).vendor === 'amazon'
const isDiffusionXl = ({ model }: Pick<Target, 'model'>): boolean => modelOf(model).name.startsWith('stable-diffusion-xl')

/** Of OpenAI's fields, what Stability's models have no place for. */
export const unknownToStability = ['n', 'quality', 'style', 'background', 'moderation', 'output_compression'] as const
export const hasOneImage = (target: Target): boolean => !isAmazon(target)

export const imageGeneration: Codec = {
  write: ({ model: _, response_format: _format, user: _user, prompt, size, ...own }, target) => {
    if (isAmazon(target)) return { json: canvas({ prompt, size, ...own }, 'TEXT_IMAGE', {}) }
    if (isDiffusionXl(target)) return { json: { text_prompts: [{ text: prompt, weight: 1 }], ...measuresOf(size), ...own } }
    return { json: compact({ prompt, aspect_ratio: ratioOf(size, stabilityRatios), ...own }) }
  },
  read,
}

const stabilityRatios = ['1:1', '16:9', '21:9', '2:3', '3:2', '4:5', '5:4', '9:16', '9:21'] as const

export const imageEdit: Codec = {
  write: ({ model: _, response_format: _format, user: _user, ...body }, target, files) => ({
    json: isAmazon(target) ? canvasEdit(typedFields(body), files) : stabilityEdit(typedFields(body), files),
  }),
  read,
}

/** Every file of the form stands under its name: `image`, `mask`, `style_image` … */
function stabilityEdit({ size: _, ...body }: JsonObject, files: readonly FormFile[]): JsonObject {
  imagesIn(files)
  const pictures = Object.fromEntries(files.map((file) => [file.field.replace(/\[\]$/, ''), base64File(file)]))
  return { output_format: 'png', ...body, ...pictures }
}

type Task = 'TEXT_IMAGE' | 'INPAINTING' | 'IMAGE_VARIATION'
const paramsName = {
  TEXT_IMAGE: 'textToImageParams',
  INPAINTING: 'inPaintingParams',
  IMAGE_VARIATION: 'imageVariationParams',
} as const

function canvas(
  { prompt, size, n, quality, negative_prompt: negative, seed, cfg_scale: scale, ...own }: JsonObject,
  taskType: Task,
  params: JsonObject,
): JsonObject {
  const config = compact({
    numberOfImages: n,
    ...measuresOf(size),
    quality: qualityOf(quality),
    seed,
    cfgScale: scale,
    ...objectOf(own['imageGenerationConfig']),
  })
  return {
    taskType,
    [paramsName[taskType]]: compact({ ...params, text: prompt, negativeText: negative }),
    ...own,
    ...(Object.keys(config).length === 0 ? {} : { imageGenerationConfig: config }),
  }
}

const qualities: Readonly<Record<string, string>> = { hd: 'premium', high: 'premium', premium: 'premium' }

/** There are two qualities. */
const qualityOf = (quality: unknown): string | undefined =>
  quality === undefined || quality === 'auto' ? undefined : (qualities[stringOf(quality) ?? ''] ?? 'standard')

/** With a mask, what it covers; without, another picture of the same. */
function canvasEdit({ mask_prompt: maskPrompt, ...body }: JsonObject, files: readonly FormFile[]): JsonObject {
  const images = imagesIn(files).map(base64File)
  const mask = base64File(filesOf(files, 'mask')[0])
  if (mask === undefined && maskPrompt === undefined) return canvas(body, 'IMAGE_VARIATION', { images })
  return canvas(body, 'INPAINTING', compact({ image: images[0], maskImage: mask, maskPrompt }))
}

function read(reply: unknown): JsonObject {
  const { images, artifacts, finish_reasons: reasons, error } = objectOf(reply) ?? {}
  const refused = [error, ...arrayOf(reasons)].find(isString) ?? blockedArtifact(artifacts)
  const made = [...arrayOf(images).filter(isString), ...objectsOf(artifacts).flatMap(({ base64 }) => stringOf(base64) ?? [])]
  if (refused !== undefined && (reasons !== undefined || made.length === 0)) {
    throw fail('content_filtered', `The model refused the prompt or the image: ${refused}.`)
  }
  return imagesReply(made.map((image) => ({ b64_json: image })))
}

const blockedArtifact = (artifacts: unknown): string | undefined =>
  objectsOf(artifacts).flatMap(({ finishReason }) => (finishReason === 'CONTENT_FILTERED' ? [finishReason] : []))[0]
