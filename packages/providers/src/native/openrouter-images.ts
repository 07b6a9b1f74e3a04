import type { Codec, FormFile } from '@switchyard/core'
import { compact, fail, numberOf, objectOf, objectsOf, stringOf, type JsonObject, type Usage } from '@switchyard/wire'
import { dataUrlOf, imagesIn, imagesReply, pictureOf, ratioOf } from '../images.ts'

// Pictures are drawn in chats (native-wire facts §21, 2026-11-22).

const ratios = ['1:1', '2:3', '3:2', '3:4', '4:3', '4:5', '5:4', '9:16', '16:9', '21:9'] as const

function written(
  { prompt, size, n, response_format: _format, user: _user, ...own }: JsonObject,
  model: string,
  images: readonly FormFile[],
): JsonObject {
  if (n !== undefined && n !== 1) throw fail('unsupported_params', 'A chat draws one image; leave "n" out.', { param: 'n' })
  const ratio = ratioOf(size, ratios)
  const shown = images.map((image) => ({ type: 'image_url', image_url: { url: dataUrlOf(image) } }))
  return compact({
    ...own,
    model,
    messages: [{ role: 'user', content: shown.length === 0 ? prompt : [{ type: 'text', text: prompt }, ...shown] }],
    modalities: ['image', 'text'],
    usage: { include: true },
    image_config: ratio === undefined ? undefined : { aspect_ratio: ratio },
  })
}

function read(reply: unknown): JsonObject {
  const { choices, usage } = objectOf(reply) ?? {}
  const drawn = objectsOf(choices).flatMap(({ message }) => objectsOf(objectOf(message)?.['images']))
  const urls = drawn.flatMap(({ image_url: image }) => stringOf(objectOf(image)?.['url']) ?? [])
  return imagesReply(urls.map(pictureOf), usageOf(objectOf(usage)))
}

function usageOf(usage: JsonObject | undefined): JsonObject {
  if (usage === undefined) return {}
  const { prompt_tokens: input, completion_tokens: output, total_tokens: total } = usage
  return { usage: { input_tokens: input, output_tokens: output, total_tokens: total } }
}

/** The price of the call stands in its usage. */
function stated(reply: unknown): Partial<Usage> | undefined {
  const cost = numberOf(objectOf(objectOf(reply)?.['usage'])?.['cost'])
  return cost === undefined ? undefined : { statedCostUsd: cost }
}

const both = { read, usage: stated } as const

export const imageGeneration: Codec = { ...both, write: (body, { model }) => ({ json: written(body, model, []) }) }
export const imageEdit: Codec = { ...both, write: (body, { model }, files) => ({ json: written(body, model, imagesIn(files)) }) }
