import type { CallShape, Provider, Quirk, Target } from '@switchyard/core'
import { objectsOf, stringOf, type JsonObject } from '@switchyard/wire'
import { mapAnswers } from '../mending.ts'
import { row } from '../row.ts'
import { developerAsSystem, given, namesOnlyOn } from '../tuning.ts'

/** Thinking budgets by effort (native-wire facts §0.4, 2026-11-22). */
const budgets: ReadonlyMap<unknown, number> = new Map([
  ['minimal', 1024],
  ['low', 1024],
  ['medium', 2048],
  ['high', 4096],
  ['xhigh', 8192],
  ['max', 16384],
])

/** Claude behind Databricks takes Anthropic's `thinking` in an OpenAI body. */
function claudeThinking({ model }: Target, call: CallShape): readonly Quirk[] {
  if (!model.includes('claude') || !given(call, 'reasoning_effort')) return []
  const drop: Quirk = { do: 'drop', field: 'reasoning_effort' }
  const budget = budgets.get(call.field('reasoning_effort'))
  if (budget === undefined) return [drop]
  return [drop, { do: 'default', field: 'thinking', value: { type: 'enabled', budget_tokens: budget } }]
}

const thinkingBlock = ({ text, signature }: JsonObject): JsonObject => ({
  type: 'thinking',
  thinking: stringOf(text) ?? '',
  ...(signature === undefined ? {} : { signature }),
})

/** Content may be a list whose reasoning parts hold summaries. */
const mend = (reply: JsonObject): JsonObject =>
  mapAnswers(reply, (answer) => {
    if (!Array.isArray(answer['content'])) return answer
    const parts = objectsOf(answer['content'])
    const texts = (list: readonly JsonObject[]): string => list.map((part) => stringOf(part['text']) ?? '').join('')
    const summaries = parts.filter((part) => part['type'] === 'reasoning').flatMap((part) => objectsOf(part['summary']))
    const content = texts(parts.filter((part) => part['type'] === 'text'))
    if (summaries.length === 0) return { ...answer, content }
    return { ...answer, content, reasoning_content: texts(summaries), thinking_blocks: summaries.map(thinkingBlock) }
  })

export const databricks: Provider = {
  ...row('databricks', 'Databricks', undefined, {
    hosts: '.databricks.com .azuredatabricks.net .gcp.databricks.com',
    serves: ['embedding', 'responses'],
    abilities: 'response_schema',
    oldMaxTokens: true,
    refuses: 'presence_penalty frequency_penalty logit_bias seed parallel_tool_calls logprobs top_logprobs service_tier store',
  }),
  tune: (target, call) => {
    if (call.shape !== 'openai-chat') return []
    return [...claudeThinking(target, call), ...developerAsSystem(call), ...namesOnlyOn(['user'], call)]
  },
  mend,
}
