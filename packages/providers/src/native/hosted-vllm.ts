import type { CallShape, Provider, Quirk } from '@switchyard/core'
import { numberOf, objectOf } from '@switchyard/wire'
import { row } from '../row.ts'
import { developerAsSystem } from '../tuning.ts'

/** Anthropic's thinking budget in the words of `reasoning_effort`: the budgets of native-wire facts §0.4 turned round. */
function effortOf(call: CallShape): readonly Quirk[] {
  const thinking = objectOf(call.field('thinking'))
  if (thinking === undefined) return []
  const drop: Quirk = { do: 'drop', field: 'thinking' }
  if (thinking['type'] !== 'enabled') return [drop]
  const budget = numberOf(thinking['budget_tokens']) ?? 0
  const value = budget >= 4096 ? 'high' : budget >= 2048 ? 'medium' : 'low'
  return [drop, { do: 'default', field: 'reasoning_effort', value }]
}

export const hostedVllm: Provider = {
  ...row('hosted_vllm', 'Hosted vLLM', undefined, {
    aliases: 'vllm_server vllm',
    keyless: true,
    standInKey: 'fake-api-key',
    serves: [
      'completion',
      'embedding',
      'responses',
      'transcription',
      'translation',
      'speech',
      'image_generation',
      'image_edit',
      'rerank',
      'video',
    ],
  }),
  passThrough: { prefixes: ['vllm'] },
  keeps: { paths: { files: '/files', batches: '/batches', videos: '/videos' } },
  tune: (_target, call) => (call.shape === 'openai-chat' ? [...effortOf(call), ...developerAsSystem(call)] : []),
}
