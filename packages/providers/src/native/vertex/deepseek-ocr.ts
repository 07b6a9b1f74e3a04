import type { Codec, Endpoint } from '@switchyard/core'
import { compact, fail, objectOf, objectsOf, stringOf } from '@switchyard/wire'
import { documentIn, ocrReply } from '../../ocr.ts'
import { openEndpoint } from './families.ts'

/** A model that reads pictures, behind the chats of open models. */
export const deepseekOcrEndpoint: Endpoint = { shape: 'native', path: openEndpoint.path }

export const isDeepseekOcr = (model: string): boolean => model.includes('deepseek-ocr')

/** The preset for a page (novita.ai/docs/guides/llm-deepseek-ocr, read 2026-11-22). */
const question = { type: 'text', text: 'Convert the document to markdown.' }

export const deepseekOcr: Codec = {
  write: ({ model: _model, document, pages: _pages, include_image_base64: _images, ...own }, { model }) => {
    const given = documentIn(document)
    const url = 'url' in given ? given.url : `data:${given.contentType};base64,${given.base64}`
    const picture = { type: 'image_url', image_url: { url } }
    return { json: compact({ model, messages: [{ role: 'user', content: [picture, question] }], ...own }) }
  },
  read: (reply, _request, { model }) => {
    const [choice] = objectsOf(objectOf(reply)?.['choices'])
    const markdown = stringOf(objectOf(choice?.['message'])?.['content'])
    if (markdown === undefined) throw fail('bad_reply', 'The model answered without a text.')
    return ocrReply(model, [{ index: 0, markdown }])
  },
}
