import type { CallShape, Codec, Provider, Quirk, Target } from '@switchyard/core'
import { arrayOf, numberOf, objectOf, stringOf } from '@switchyard/wire'
import { documentText, documentTexts, rankedReply } from '../rerank.ts'
import { row } from '../row.ts'
import { given, unsupported, usualTune } from '../tuning.ts'
import { joinUrl } from '../url.ts'

/** Only `auto` and `none` are taken (LiteLLM 1.106.2, 2026-11-22). */
function toolChoice(target: Target, call: CallShape): readonly Quirk[] {
  const choice = call.field('tool_choice')
  if (!given(call, 'tool_choice') || choice === 'auto' || choice === 'none') return []
  if (!call.dropParams) throw unsupported(target, 'tool_choice', choice)
  return [{ do: 'drop', field: 'tool_choice' }]
}

/** Every document has its query, and its score stands at its place (deepinfra.com/Qwen/Qwen3-Reranker-0.6B/api, 2026-11-22). */
const rerank: Codec = {
  write: ({ model: _model, query, documents, top_n: _top, return_documents: _return, ...own }) => {
    const texts = documentTexts(documents)
    return { json: { ...own, queries: texts.map(() => documentText(query)), documents: texts } }
  },
  read: (reply, request) => {
    const { scores, request_id: id, input_tokens: tokens } = objectOf(reply) ?? {}
    const ranked = arrayOf(scores).map((score, index) => ({ index, relevance_score: numberOf(score) ?? 0 }))
    const meta = { billed_units: { total_tokens: tokens }, tokens: { input_tokens: tokens, output_tokens: 0 } }
    return rankedReply({ id: stringOf(id), scores: ranked, meta }, request)
  },
}

/** Rankers are models of DeepInfra's own API, which stands beside OpenAI's. */
const rankerUrl = ({ baseUrl, model }: Target): string => `${baseUrl.replace(/\/(openai|inference)?\/*$/, '')}/inference/${model}`

const rowOfDeepinfra = row('deepinfra', 'DeepInfra', 'https://api.deepinfra.com/v1/openai', {
  oldMaxTokens: true,
  refuses: 'thinking seed parallel_tool_calls logprobs top_logprobs service_tier store',
  serves: ['embedding', 'rerank'],
  knows: 'functions function_call',
})

export const deepinfra: Provider = {
  ...rowOfDeepinfra,
  url: (target, endpoint, { operation }) => (operation === 'rerank' ? rankerUrl(target) : joinUrl(target.baseUrl, endpoint.path)),
  codecs: { rerank },
  tune: (target, call) => (call.shape === 'openai-chat' ? [...usualTune(target, call), ...toolChoice(target, call)] : []),
}
