import type { CallShape, Provider, Quirk } from '@switchyard/core'
import { isObject } from '@switchyard/wire'
import { row } from '../row.ts'
import { given, usualTune } from '../tuning.ts'
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

export const deepseek: Provider = {
  ...row('deepseek', 'DeepSeek', 'https://api.deepseek.com/beta', {
    serves: ['completion'],
    routes: { messages: '/anthropic/v1/messages' },
    quirks: [{ do: 'flatten-content' }],
  }),
  url: messagesAt('/anthropic/v1/messages'),
  tune: (target, call) =>
    call.shape === 'openai-chat' ? [...thinkingOf(call), ...usualTune(target, { ...call, dropParams: false })] : [],
}
