import type { CallShape, Provider, Quirk } from '@switchyard/core'
import { isString, type JsonObject } from '@switchyard/wire'
import { inputsOf } from '../embeddings.ts'
import { errorIn, passedRerank } from '../passing.ts'
import { limitsOfCohere } from '../rerank.ts'
import { row } from '../row.ts'
import { without } from '../tuning.ts'

const picture = /^data:image\/[a-z+.-]+;base64,/

/** Inputs are a list; beside pictures, texts are objects too (recorded with LiteLLM 1.106.2, 2026-11-22). */
function writeInputs(body: JsonObject): JsonObject {
  const inputs = inputsOf(body['input'])
  if (!inputs.some(isPicture)) return { ...body, input: inputs }
  return {
    ...body,
    input: inputs.map((one) => (isPicture(one) ? { image: one.replace(picture, '') } : isString(one) ? { text: one } : one)),
  }
}

const isPicture = (input: unknown): input is string => isString(input) && picture.test(input)

const inputList: Quirk = { do: 'edit', name: 'inputs-as-list', edit: writeInputs }

/** A body that needs no change keeps its bytes. */
const tuneEmbedding = (call: CallShape): readonly Quirk[] =>
  isString(call.field('input')) || call.mayContain('data:image/') ? [inputList] : []

export const jinaAi: Provider = {
  ...row('jina_ai', 'Jina AI', 'https://api.jina.ai/v1', {
    key: 'JINA_AI_API_KEY JINA_API_KEY JINA_AI_TOKEN',
    chat: false,
    serves: ['embedding', 'rerank'],
  }),
  passThrough: { calls: [passedRerank('/rerank')], writeError: errorIn('detail') },
  tune: (target, call) => (call.operation === 'rerank' ? without(target, call, limitsOfCohere) : tuneEmbedding(call)),
}
