import type { CallShape, Provider, Quirk } from '@switchyard/core'
import { isObject, numberOf, objectOf, type JsonObject } from '@switchyard/wire'
import { row } from '../row.ts'
import { developerAsSystem, given } from '../tuning.ts'
import { messagesAt } from '../url.ts'

/** Thinking is on or off; there is no effort and no budget (LiteLLM 1.106.2, 2026-11-22). */
function thinkingOf(call: CallShape): readonly Quirk[] {
  const effort = call.field('reasoning_effort')
  const thinking = call.field('thinking')
  if (isObject(thinking)) return [drop('reasoning_effort'), setThinking(thinking['type'])]
  return given(call, 'reasoning_effort')
    ? [drop('reasoning_effort'), setThinking(effort === 'none' ? 'disabled' : 'enabled')]
    : []
}

const drop = (field: string): Quirk => ({ do: 'drop', field })
const setThinking = (type: unknown): Quirk => ({ do: 'set', field: 'thinking', value: { type } })

/** Cached tokens stand beside the prompt's details, under a name of DeepSeek's own (its chat reference, 2026-11-22). */
function mend(reply: JsonObject): JsonObject {
  const usage = objectOf(reply['usage'])
  const hit = numberOf(usage?.['prompt_cache_hit_tokens'])
  if (usage === undefined || hit === undefined || isObject(usage['prompt_tokens_details'])) return reply
  return { ...reply, usage: { ...usage, prompt_tokens_details: { cached_tokens: hit } } }
}

export const deepseek: Provider = {
  ...row('deepseek', 'DeepSeek', 'https://api.deepseek.com/beta', {
    serves: ['completion'],
    routes: { messages: '/anthropic/v1/messages' },
    quirks: [{ do: 'flatten-content' }],
  }),
  url: messagesAt('/anthropic/v1/messages'),
  tune: (_target, call) => (call.shape === 'openai-chat' ? [...thinkingOf(call), ...developerAsSystem(call)] : []),
  mend,
}
