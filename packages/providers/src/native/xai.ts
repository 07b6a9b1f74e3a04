import type { Provider, Target } from '@switchyard/core'
import { numberOf, objectOf, type JsonObject } from '@switchyard/wire'
import { row } from '../row.ts'
import { namesOnlyOn, usualTune, without } from '../tuning.ts'

/** Grok's reasoning models refuse these (xAI's chat reference, and LiteLLM 1.106.2, 2026-11-22). */
const refusedWhenReasoning = ['stop', 'presence_penalty', 'frequency_penalty'] as const

const reasons = ({ model, traits }: Target): boolean =>
  !model.includes('non-reasoning') && (traits.supports.has('reasoning') || /^grok-(3-mini|4|code)/.test(model))

/** Reasoning tokens stand beside the completion's, not in them; a tool call may have an empty finish_reason. */
function mend(reply: JsonObject): JsonObject {
  const mended = { ...reply, choices: mendFinish(reply) }
  const usage = objectOf(reply['usage'])
  const reasoning = numberOf(objectOf(usage?.['completion_tokens_details'])?.['reasoning_tokens']) ?? 0
  const output = numberOf(usage?.['completion_tokens']) ?? 0
  const input = numberOf(usage?.['prompt_tokens']) ?? 0
  if (reasoning === 0 || usage?.['total_tokens'] !== input + output + reasoning) return mended
  return { ...mended, usage: { ...usage, completion_tokens: output + reasoning } }
}

function mendFinish(reply: JsonObject): unknown {
  const choices = reply['choices']
  if (!Array.isArray(choices)) return choices
  return choices.map((choice: unknown) => {
    const one = objectOf(choice)
    if (one?.['finish_reason'] !== '') return choice
    const answer = objectOf(one['message'] ?? one['delta'])
    return { ...one, finish_reason: Array.isArray(answer?.['tool_calls']) ? 'tool_calls' : null }
  })
}

export const xai: Provider = {
  ...row('xai', 'xAI', 'https://api.x.ai/v1', {
    aliases: 'x-ai grok',
    hosts: '.api.x.ai',
    serves: ['responses'],
    oldMaxTokens: true,
    takesUser: true,
    refuses: 'thinking service_tier store',
  }),
  tune: (target, call) => {
    if (call.shape !== 'openai-chat') return []
    const quirks = [...usualTune(target, call), ...namesOnlyOn(['user'], call)]
    return reasons(target) ? [...quirks, ...without(target, call, refusedWhenReasoning)] : quirks
  },
  mend,
}
