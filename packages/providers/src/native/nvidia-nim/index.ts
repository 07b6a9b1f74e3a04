import type { Codec, Provider, Target } from '@switchyard/core'
import { compact, objectOf, objectsOf, stringOf, type JsonObject } from '@switchyard/wire'
import { documentText, documentTexts, rankedReply, scoredOf } from '../../rerank.ts'
import { row } from '../../row.ts'
import { joinUrl } from '../../url.ts'

const base = 'https://integrate.api.nvidia.com/v1'
/** Rankers have a host of their own, where each model is a path (native-wire facts §22, 2026-11-22). */
const retrievalBase = 'https://ai.api.nvidia.com/v1'

/** LiteLLM's mark of models that are asked on the route which all share. */
const sharedMark = /^ranking\//

/** Versions are written `3_2` in paths and `3.2` in bodies. */
const inPath = (model: string): string => model.replace(/(\d)\.(\d)/g, '$1_$2')
const inBody = (model: string): string => model.replace(sharedMark, '').replace(/(\d)_(\d)/g, '$1.$2')

/** Servers of one's own have the shared route alone. */
function rankingUrl({ baseUrl, model }: Target): string {
  if (baseUrl !== base) return joinUrl(baseUrl, '/ranking')
  if (sharedMark.test(model)) return `${retrievalBase}/ranking`
  return `${retrievalBase}/retrieval/${inPath(model)}/reranking`
}

const rerank: Codec = {
  write: ({ query, documents, top_n: top, return_documents: _, ...own }, { model }) => ({
    json: compact({
      ...own,
      model: inBody(model),
      query: { text: documentText(query) },
      passages: documentTexts(documents).map((text) => ({ text })),
      top_k: top,
    }),
  }),
  read: (reply, request) => {
    const { rankings, id, usage } = objectOf(reply) ?? {}
    const scores = objectsOf(rankings).map((one) => scoredOf(one, 'index', 'logit'))
    return rankedReply({ id: stringOf(id), scores, meta: metaOf(objectOf(usage)) }, request)
  },
}

const metaOf = (usage: JsonObject | undefined): JsonObject =>
  usage === undefined ? {} : { billed_units: { total_tokens: usage['total_tokens'] } }

const rowOfNim = row('nvidia_nim', 'Nvidia NIM', base, {
  hosts: 'ai.api.nvidia.com',
  serves: ['embedding', 'rerank'],
  oldMaxTokens: true,
  refuses: 'reasoning_effort thinking logit_bias logprobs top_logprobs service_tier store n',
})

export const nvidiaNim: Provider = {
  ...rowOfNim,
  url: (target, endpoint, { operation }) =>
    operation === 'rerank' ? rankingUrl(target) : joinUrl(target.baseUrl, endpoint.path),
  codecs: { rerank },
  passThrough: {},
}
