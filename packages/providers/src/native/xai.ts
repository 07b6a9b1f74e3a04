import type { Provider, Quirk, Target } from '@switchyard/core'
import { compact, numberOf, objectOf, type JsonObject } from '@switchyard/wire'
import { ratioOf } from '../images.ts'
import { row } from '../row.ts'
import { openBesideSecrets, realtimeUrl } from './openai/realtime.ts'
import { given, namesOnlyOn, usualTune, without } from '../tuning.ts'
import { transcription, tuneTranscription } from './xai-transcription.ts'

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

const ratios = ['1:1', '16:9', '9:16', '4:3', '3:4', '3:2', '2:3', '2:1', '1:2'] as const

/** Pictures have a ratio, not a size (docs.x.ai/developers/model-capabilities/images/generation, read 2026-11-22). */
const sizeAsRatio: Quirk = {
  do: 'edit',
  name: 'size-as-aspect-ratio',
  edit: ({ size, ...body }) => compact({ aspect_ratio: ratioOf(size, ratios), ...body }),
}

const rowOfXai = row('xai', 'xAI', 'https://api.x.ai/v1', {
  aliases: 'x-ai grok',
  hosts: '.api.x.ai',
  serves: ['responses', 'image_generation'],
  oldMaxTokens: true,
  takesUser: true,
  refuses: 'thinking service_tier store',
  knows: 'stream_options web_search_options',
})

export const xai: Provider = {
  ...rowOfXai,
  endpoints: { ...rowOfXai.endpoints, transcription: [{ shape: 'native', path: '/stt' }] },
  codecs: { transcription },
  passThrough: { open: openBesideSecrets },
  keeps: { paths: { files: '/files' } },
  // OpenAI's realtime events (docs.livekit.io/agents/integrations/xai calls it compatible, read 2026-11-22).
  realtime: { url: ({ baseUrl, model }) => realtimeUrl(baseUrl, model) },
  tune: (target, call) => {
    if (call.operation === 'transcription') return tuneTranscription(target, call)
    if (call.operation === 'image_generation') return given(call, 'size') ? [sizeAsRatio] : []
    if (call.shape !== 'openai-chat') return []
    const quirks = [...usualTune(target, call), ...namesOnlyOn(['user'], call)]
    return reasons(target) ? [...quirks, ...without(target, call, refusedWhenReasoning)] : quirks
  },
  mend,
}
