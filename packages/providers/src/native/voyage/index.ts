import type { Codec, Provider } from '@switchyard/core'
import { objectOf, type JsonObject } from '@switchyard/wire'
import { errorIn, passedRerank } from '../../passing.ts'
import { row } from '../../row.ts'
import { cohereLikeRerank, documentTexts, limitsOfCohere } from '../../rerank.ts'
import { without } from '../../tuning.ts'
import { joinUrl } from '../../url.ts'
import { embedding } from './embed.ts'

const ownBase = 'https://api.voyageai.com/v1'
/** Where keys of MongoDB Atlas are known (native-wire facts §22, 2026-11-22). */
const atlasBase = 'https://ai.mongodb.com/v1'

/** Cohere's request with `top_k`; documents are texts (docs.voyageai.com/reference/reranker-api, 2026-11-22). */
const rerank: Codec = {
  ...cohereLikeRerank,
  write: ({ top_n: top, documents, ...body }, { model }) => ({
    json: { ...body, model, documents: documentTexts(documents), ...(top === undefined ? {} : { top_k: top }) },
  }),
  read: (reply, request, target) => cohereLikeRerank.read(withoutOutput(objectOf(reply) ?? {}), request, target),
}

const withoutOutput = (reply: JsonObject): JsonObject => ({
  ...reply,
  usage: { completion_tokens: 0, ...objectOf(reply['usage']) },
})

const rowOfVoyage = row('voyage', 'Voyage AI by MongoDB', ownBase, {
  aliases: 'voyageai',
  key: 'VOYAGE_API_KEY VOYAGE_AI_API_KEY VOYAGE_AI_TOKEN',
  hosts: 'ai.mongodb.com',
  chat: false,
  serves: ['rerank'],
})

export const voyage: Provider = {
  ...rowOfVoyage,
  endpoints: { ...rowOfVoyage.endpoints, embedding: [{ shape: 'native', path: '' }] },
  url: ({ baseUrl, key }, endpoint) =>
    joinUrl(baseUrl === ownBase && key?.reveal().startsWith('al-') === true ? atlasBase : baseUrl, endpoint.path),
  tune: (target, call) => (call.operation === 'rerank' ? without(target, call, limitsOfCohere) : []),
  codecs: { embedding, rerank },
  passThrough: { calls: [passedRerank('/rerank')], writeError: errorIn('detail') },
}
