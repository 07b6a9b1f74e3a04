import type { CallShape, Provider, Quirk, Target } from '@switchyard/core'
import { row } from '../row.ts'
import { given, unsupported, usualTune } from '../tuning.ts'

/** Only `auto` and `none` are taken (LiteLLM 1.106.2, 2026-11-22). */
function toolChoice(target: Target, call: CallShape): readonly Quirk[] {
  const choice = call.field('tool_choice')
  if (!given(call, 'tool_choice') || choice === 'auto' || choice === 'none') return []
  if (!call.dropParams) throw unsupported(target, 'tool_choice', choice)
  return [{ do: 'drop', field: 'tool_choice' }]
}

export const deepinfra: Provider = {
  ...row('deepinfra', 'DeepInfra', 'https://api.deepinfra.com/v1/openai', {
    oldMaxTokens: true,
    refuses: 'thinking seed parallel_tool_calls logprobs top_logprobs service_tier store',
    serves: ['embedding'],
  }),
  tune: (target, call) => (call.shape === 'openai-chat' ? [...usualTune(target, call), ...toolChoice(target, call)] : []),
}
