import type { CallShape, Quirk, Target } from '@switchyard/core'
import { objectOf } from '@switchyard/wire'
import { saysStream, usualTune, without } from '../../tuning.ts'
import { geminiSpellings } from '../gemini/index.ts'
import { vertexParams } from './credentials.ts'
import { familyOf, mistralEndpoint, openEndpoint } from './families.ts'

/** The version of Anthropic's API in the body, where the header stands elsewhere (native-wire facts §2, 2026-11-22). */
const anthropicVersion: Quirk = { do: 'default', field: 'anthropic_version', value: 'vertex-2023-10-16' }

/** Tiers are Anthropic's own service's (platform.claude.com/docs/en/api/service-tiers: supported on its own API alone, 2026-11-22). */
const withoutTier: Quirk = { do: 'drop', field: 'service_tier' }

/** Where the deployment is called is nobody else's business: LiteLLM leaks it into bodies (native-wire facts §0.6). */
export const withoutParams: readonly Quirk[] = Object.keys(vertexParams).map((field) => ({ do: 'drop', field }))

/** What a model's maker asks for beyond the endpoint's dialect. */
export function tuneVertex(target: Target, call: CallShape): readonly Quirk[] {
  switch (call.shape) {
    case 'anthropic-messages':
      return [anthropicVersion, withoutTier]
    case 'gemini':
      return call.operation === 'count_tokens' ? [countAtTop] : geminiSpellings
    case 'openai-chat':
      return [saysStream, ...usualTune(target, call), ...makersTune(target, call)]
    default:
      return []
  }
}

function makersTune(target: Target, call: CallShape): readonly Quirk[] {
  const { chat } = familyOf(target.traits.id)
  if (chat === mistralEndpoint) return tuneMistral(target, call)
  // Not among the parameters of Google's open models (recorded with LiteLLM 1.106.2, 2026-11-22).
  return chat === openEndpoint ? [{ do: 'drop', field: 'user' }] : []
}

/** AI Studio takes a whole request under this name; Vertex takes its fields at the top. */
const countAtTop: Quirk = {
  do: 'edit',
  name: 'count-at-top',
  edit: (body) => {
    const { generateContentRequest, generate_content_request: snake, ...rest } = body
    const { model: _model, ...whole } = objectOf(generateContentRequest ?? snake) ?? {}
    return { ...whole, ...rest }
  },
}

/** As on Mistral's own API (native/mistral.ts). */
const tuneMistral = (target: Target, call: CallShape): readonly Quirk[] => [
  { do: 'drop', field: 'user' },
  { do: 'drop', field: 'stream_options' },
  ...without(target, call, ['logit_bias', 'logprobs', 'top_logprobs', 'service_tier', 'store']),
  { do: 'rename', field: 'max_completion_tokens', to: 'max_tokens' },
  { do: 'rename', field: 'seed', to: 'random_seed' },
  { do: 'map', field: 'tool_choice', from: 'required', to: 'any' },
]
