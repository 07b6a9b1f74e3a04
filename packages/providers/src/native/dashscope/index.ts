import type { Codec, Endpoint, Provider } from '@switchyard/core'
import { compact, fail, objectOf, objectsOf, stringOf, type JsonObject } from '@switchyard/wire'
import { imagesReply, measuresOf } from '../../images.ts'
import { cohereLikeRerank } from '../../rerank.ts'
import { row, type Differences } from '../../row.ts'
import { joinUrl } from '../../url.ts'

// Alibaba's Model Studio under its three names. Beside OpenAI's API, every host has routes of its own; keys belong to one region,
// so those routes are asked on the host of the base URL (native-wire facts §21 and §22, 2026-11-22).

const images: Endpoint = { shape: 'native', path: '/api/v1/services/aigc/multimodal-generation/generation' }
const ranking: Endpoint = { shape: 'native', path: '/compatible-api/v1/reranks' }

const imageGeneration: Codec = {
  write: ({ model: _, prompt, size, response_format: _format, user: _user, ...parameters }, { model }) => {
    const measures = measuresOf(size)
    const sized = measures === undefined ? undefined : `${measures.width}*${measures.height}`
    return {
      json: {
        model,
        input: { messages: [{ role: 'user', content: [{ text: prompt }] }] },
        parameters: compact({ size: sized, ...parameters }),
      },
    }
  },
  read: (reply) => {
    const { output, code, message } = objectOf(reply) ?? {}
    const refused = stringOf(code) ?? ''
    if (refused !== '') {
      throw fail(refused.startsWith('DataInspection') ? 'content_filtered' : 'bad_reply', stringOf(message) ?? refused, {
        code: refused,
      })
    }
    const parts = objectsOf(objectOf(output)?.['choices']).flatMap(({ message: said }) => objectsOf(objectOf(said)?.['content']))
    return imagesReply(parts.flatMap(({ image }): readonly JsonObject[] => (image === undefined ? [] : [{ url: image }])))
  },
}

function modelStudio(id: string, name: string, host: string, differences: Differences): Provider {
  const rowOfStudio = row(id, name, `https://${host}/compatible-mode/v1`, {
    serves: ['completion', 'embedding'],
    refuses: 'thinking',
    ...differences,
  })
  return {
    ...rowOfStudio,
    endpoints: { ...rowOfStudio.endpoints, image_generation: [images], rerank: [ranking] },
    url: ({ baseUrl }, endpoint) =>
      endpoint.shape === 'native' ? new URL(baseUrl).origin + endpoint.path : joinUrl(baseUrl, endpoint.path),
    codecs: { image_generation: imageGeneration, rerank: cohereLikeRerank },
  }
}

export const dashscope = modelStudio('dashscope', 'Dashscope', 'dashscope.aliyuncs.com', {
  aliases: 'alibaba qwen',
  hosts: 'dashscope-intl.aliyuncs.com dashscope-us.aliyuncs.com',
})
export const qwenAiPlatform = modelStudio('qwen_ai_platform', 'Qianwen AI Platform', 'dashscope.aliyuncs.com', {})
export const qwenCloud = modelStudio('qwencloud', 'QwenCloud', 'dashscope-intl.aliyuncs.com', {})
