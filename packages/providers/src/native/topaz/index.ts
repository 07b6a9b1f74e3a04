import { Binary, type Codec, type Provider } from '@switchyard/core'
import { compact, fail } from '@switchyard/wire'
import { base64Of } from '../../base64.ts'
import { imagesIn, imagesReply, measuresOf } from '../../images.ts'
import { without } from '../../tuning.ts'

/** OpenAI's variations are an enhanced picture here, and the reply is the picture (native-wire facts §21, 2026-11-22). */
const imageVariation: Codec = {
  write: ({ size, response_format: _format, user: _user, ...body }, { model }, files) => {
    const measures = measuresOf(size)
    return {
      form: compact({ ...body, model, output_width: measures?.width, output_height: measures?.height }),
      files: imagesIn(files).map((file) => ({ ...file, field: 'image' })),
    }
  },
  read: (reply) => {
    if (!(reply instanceof Binary)) throw fail('bad_reply', 'Topaz answered without an image.')
    return imagesReply([{ b64_json: base64Of(reply.bytes) }])
  },
}

export const topaz: Provider = {
  id: 'topaz',
  name: 'Topaz Labs',
  keyEnv: ['TOPAZ_API_KEY'],
  auth: { kind: 'header', name: 'x-api-key' },
  baseUrl: 'https://api.topazlabs.com',
  baseEnv: ['TOPAZ_API_BASE'],
  endpoints: { image_variation: [{ shape: 'native', path: '/image/v1/enhance' }] },
  tune: (target, call) => without(target, call, ['n']),
  codecs: { image_variation: imageVariation },
}
