import type { Codec } from '@switchyard/core'
import { compact, fail, objectOf } from '@switchyard/wire'
import { textsOf } from '../../embeddings.ts'

/** The service's `POST /v2/embeddings` (@sap-ai-sdk/orchestration 2.16.0, read 2026-11-22); its result is OpenAI's. */
export const embedding: Codec = {
  write: ({ input, dimensions, encoding_format: format, input_type: type, model: _model, user: _user, ...own }, { model }) => {
    const params = compact({ dimensions, encoding_format: format, ...own })
    const details = Object.keys(params).length === 0 ? { name: model } : { name: model, params }
    return { json: { config: { modules: { embeddings: { model: details } } }, input: compact({ text: textsOf(input), type }) } }
  },
  read: (reply) => {
    const result = objectOf(objectOf(reply)?.['final_result'])
    if (result === undefined) throw fail('bad_reply', 'SAP AI Core sent no embeddings.')
    return result
  },
}
