import type { Codec, Provider } from '@switchyard/core'
import { objectOf } from '@switchyard/wire'
import { filesOf, imagesIn } from '../images.ts'
import { row } from '../row.ts'

/** How far from the picture a change may go, which Recraft wants to be told (LiteLLM 1.106.2's choice, 2026-11-22). */
const usualStrength = 0.2

/** With a mask, what it covers; without, the whole picture (recraft.ai/docs/api-reference, read 2026-11-22). */
const imageEdit: Codec = {
  write: ({ size: _, ...body }, { model }, files) => {
    const images = imagesIn(files).map((file) => ({ ...file, field: 'image' }))
    const [mask] = filesOf(files, 'mask')
    if (mask !== undefined) return { form: { ...body, model }, files: [...images, mask], path: '/inpaint' }
    return { form: { strength: usualStrength, ...body, model }, files: images, path: '/imageToImage' }
  },
  read: (reply) => objectOf(reply) ?? {},
}

const rowOfRecraft = row('recraft', 'Recraft', 'https://external.api.recraft.ai/v1', {
  chat: false,
  serves: ['image_generation'],
})

export const recraft: Provider = {
  ...rowOfRecraft,
  endpoints: { ...rowOfRecraft.endpoints, image_edit: [{ shape: 'native', path: '/images' }] },
  codecs: { image_edit: imageEdit },
}
