import { arrayOf, numberOf, objectOf } from '@switchyard/wire'
import { vectorOf, type VendorApi, type VendorReply, type VendorRequest } from '../fake-vendor.ts'
import { messages } from './anthropic.ts'
import { generate, googleRefusal, textOf } from './google.ts'

/** With a project and a location, or with neither, as the keys of express mode are used. */
const published =
  /^\/v1(?:beta1)?(?:\/projects\/[^/]+\/locations\/[^/]+)?\/publishers\/(anthropic|google)\/models\/([^/:]+):(\w+)$/

function claude(request: VendorRequest, model: string): VendorReply {
  return model === 'count-tokens' ? { body: { input_tokens: 42 } } : messages(request, model)
}

/** Vectors of Vertex AI come with their tokens, pictures as base64. */
function predict({ json }: VendorRequest, model: string): VendorReply {
  const instances = arrayOf(json['instances']).map((one) => objectOf(one) ?? {})
  if (!model.startsWith('imagen'))
    return {
      body: {
        predictions: instances.map(({ content }) => ({
          embeddings: { values: vectorOf(content), statistics: { token_count: 3, truncated: false } },
        })),
      },
    }
  const count = numberOf(objectOf(json['parameters'])?.['sampleCount']) ?? 1
  return {
    body: { predictions: Array.from({ length: count }, () => ({ mimeType: 'image/png', bytesBase64Encoded: 'aW1hZ2U=' })) },
  }
}

function gemini(request: VendorRequest, model: string, method: string): VendorReply | undefined {
  switch (method) {
    case 'generateContent':
      return generate(request, false)
    case 'streamGenerateContent':
      return generate(request, true)
    case 'countTokens':
      return { body: { totalTokens: 42 } }
    case 'predict':
      return predict(request, model)
    case 'batchEmbedContents':
      return {
        body: {
          embeddings: arrayOf(request.json['requests']).map((one) => ({ values: vectorOf(textOf(objectOf(one)?.['content'])) })),
        },
      }
    case 'embedContent':
      return {
        body: { embedding: { values: vectorOf(textOf(request.json['content'])) }, usageMetadata: { promptTokenCount: 3 } },
      }
    default:
      return undefined
  }
}

/** Google's models and Anthropic's behind Google's addresses. */
export const vertex: VendorApi = {
  credential: ['x-goog-api-key', 'vertex-vendor-key'],
  refusal: googleRefusal,
  answer: (request) => {
    const [, house, model = '', method = ''] = published.exec(request.path) ?? []
    if (house === undefined) return undefined
    return house === 'anthropic' ? claude(request, model) : gemini(request, model, method)
  },
}
