import type { CallShape, Codec, FormFile, Provider, Quirk, Target } from '@switchyard/core'
import { compact, fail, isString, kindOfStatus, objectOf, objectsOf, stringOf, type JsonObject } from '@switchyard/wire'
import { dataUrlOf, filesOf, imagesIn, imagesReply, measuresOf, picturesOf, ratioOf, typedFields } from '../../images.ts'
import { given } from '../../tuning.ts'

// Every model is a path with fields of its own (recorded with LiteLLM 1.106.2, 2026-11-22).

const ratios = ['1:1', '16:9', '9:16', '4:3', '3:4'] as const

/** These are told a ratio, the others pixels. */
const drawsByRatio = /imagen|bria\/|flux-pro\/(?:v1\.1-ultra|kontext)|nano-banana|gemini/
/** These make one picture a call. */
const makesOne = /recraft\/|bria\//

/** The sizes that have names (fal.ai/models/fal-ai/flux/dev/api, image_size). */
const namedSizes: Readonly<Record<string, string>> = {
  '1024x1024': 'square_hd',
  '512x512': 'square',
  '768x1024': 'portrait_4_3',
  '576x1024': 'portrait_16_9',
  '1024x768': 'landscape_4_3',
  '1024x576': 'landscape_16_9',
}

function sizeFields(size: unknown, { model }: Target): JsonObject {
  if (size === undefined || size === 'auto') return {}
  if (drawsByRatio.test(model)) return compact({ aspect_ratio: ratioOf(size, ratios) })
  return { image_size: namedSizes[stringOf(size) ?? ''] ?? measuresOf(size) ?? size }
}

function fields(body: JsonObject, target: Target): JsonObject {
  const { model: _, n, size, response_format: format, ...own } = body
  return compact({
    num_images: n,
    ...sizeFields(size, target),
    // The picture is in the reply then, as a data URL.
    sync_mode: format === 'b64_json' ? true : undefined,
    ...own,
  })
}

const path = ({ model }: Target, more = ''): string => `/${model.split('/').map(encodeURIComponent).join('/')}${more}`

const imageGeneration: Codec = { write: (body, target) => ({ json: fields(body, target), path: path(target) }), read }

/** Models that edit take data URLs; those that also draw have the route `/edit` for it. */
const imageEdit: Codec = {
  write: (body, target, files) => ({
    json: { ...fields(typedFields(body), target), image_urls: imagesIn(files).map(dataUrlOf), ...maskField(files) },
    path: path(target, /\/(?:edit|image-to-image|inpaint|fill|kontext)(?:\/|$)/.test(target.model) ? '' : '/edit'),
  }),
  read,
}

function maskField(files: readonly FormFile[]): JsonObject {
  const [mask] = filesOf(files, 'mask')
  return mask === undefined ? {} : { mask_url: dataUrlOf(mask) }
}

function read(reply: unknown): JsonObject {
  const { images, image } = objectOf(reply) ?? {}
  return imagesReply(picturesOf(images ?? [image]))
}

/** What a model has no field for is left out, and told as left out. */
function tune({ model }: Target, call: CallShape): readonly Quirk[] {
  const unknown = ['user', 'quality', ...(model.includes('recraft') ? [] : ['style']), ...(makesOne.test(model) ? ['n'] : [])]
  return unknown.filter((field) => given(call, field)).map((field) => ({ do: 'drop', field }))
}

export const falAi: Provider = {
  passThrough: {},
  id: 'fal_ai',
  name: 'fal',
  aliases: ['fal'],
  keyEnv: ['FAL_AI_API_KEY', 'FAL_KEY'],
  auth: { kind: 'prepare' },
  baseUrl: 'https://fal.run',
  baseEnv: ['FAL_AI_API_BASE'],
  endpoints: {
    image_generation: [{ shape: 'native', path: '' }],
    image_edit: [{ shape: 'native', path: '' }],
  },
  tune,
  codecs: { image_generation: imageGeneration, image_edit: imageEdit },
  prepare: (outgoing, { key }) => {
    if (key !== undefined) outgoing.headers['authorization'] = `Key ${key.reveal()}`
  },
  readError: (status, body) => {
    const detail = objectOf(body)?.['detail']
    const message = isString(detail) ? detail : objectsOf(detail).flatMap(({ msg }) => stringOf(msg) ?? [])[0]
    return message === undefined ? undefined : fail(kindOfStatus(status), message)
  },
}
