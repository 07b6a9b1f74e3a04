import type { Codec, Endpoint, Provider } from '@switchyard/core'
import { arrayOf, compact, objectOf } from '@switchyard/wire'
import { imagesReply, measuresOf, picturesOf } from '../images.ts'
import { row } from '../row.ts'

const ownImages: Endpoint = { shape: 'native', path: '/images/generations' }
/** OpenAI's models are asked as at OpenAI; all others have names of their own for size and number (native-wire facts §21). */
const ofOpenAi = /^(?:openai\/|dall-e|gpt-image)/

const imageGeneration: Codec = {
  write: ({ model: _, size, n, response_format: _format, ...own }, { model }) => ({
    json: compact({ model, image_size: measuresOf(size) ?? (size === 'auto' ? undefined : size), num_images: n, ...own }),
  }),
  read: (reply) => {
    const { images, data, ...rest } = objectOf(reply) ?? {}
    return images === undefined ? { ...rest, data: arrayOf(data) } : imagesReply(picturesOf(images))
  },
}

const rowOfAiml = row('aiml', 'AI/ML API', 'https://api.aimlapi.com/v1', {
  oldMaxTokens: true,
  refuses: 'reasoning_effort thinking',
  serves: ['image_generation', 'embedding'],
})

export const aiml: Provider = {
  ...rowOfAiml,
  endpointFor: (operation, _client, { id }) => (operation === 'image_generation' && !ofOpenAi.test(id) ? ownImages : undefined),
  codecs: { image_generation: imageGeneration },
}
