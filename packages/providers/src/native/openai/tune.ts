import type { CallShape, Quirk, Target } from '@switchyard/core'
import { arrayOf, objectOf } from '@switchyard/wire'
import { given, unsupported, without } from '../../tuning.ts'
import { modelOf, type Model } from './families.ts'

// What each family takes: OpenAI's reasoning guide and LiteLLM 1.106.2, 2026-11-22.
const oSeries = ['top_p', 'presence_penalty', 'frequency_penalty', 'logprobs', 'top_logprobs'] as const
const gpt5Always = ['presence_penalty', 'frequency_penalty', 'stop', 'logit_bias'] as const
/** Of chat: no sound, no predicted text, and the web is asked by a tool (OpenAI's model pages of gpt-5, 2026-11-22). */
const gpt5Chat = ['audio', 'prediction', 'web_search_options'] as const
const gpt5Reasoning = ['top_p', 'logprobs', 'top_logprobs'] as const
const search = ['temperature', 'top_p', 'n', 'stop', 'presence_penalty', 'frequency_penalty', 'logit_bias', 'seed'] as const

const newMaxTokens: Quirk = { do: 'rename', field: 'max_tokens', to: 'max_completion_tokens' }

/** The changes that an OpenAI model's family asks for, on OpenAI's own hosts and on Azure's. */
export function tuneOpenAi(target: Target, call: CallShape): readonly Quirk[] {
  if (call.shape !== 'openai-chat' && call.shape !== 'openai-responses') return []
  const model = modelOf(target.traits)
  switch (model.family) {
    case 'o-series':
      return [
        ...maxTokens(call),
        ...warm(target, call),
        ...without(target, call, [...oSeries, 'verbosity']),
        ...parallelTools(target, call),
      ]
    case 'gpt-5':
      return [
        ...maxTokens(call),
        ...without(target, call, [...gpt5Always, ...textOnly(call)]),
        ...whileReasoning(target, call, model),
      ]
    case 'search':
      return without(target, call, search)
    case 'plain':
      return call.shape === 'openai-responses'
        ? withoutReasoning(target, call)
        : without(target, call, ['reasoning_effort', 'verbosity'])
    case 'unknown':
      return []
  }
}

/** The wish stands in an object there. OpenAI refuses it too; the refusal comes before the call, as for chat. */
function withoutReasoning(target: Target, call: CallShape): readonly Quirk[] {
  const effort = objectOf(call.field('reasoning'))?.['effort'] ?? undefined
  if (effort === undefined || effortNames.some((name) => call.allowedParams.includes(name))) return []
  if (!call.dropParams) throw unsupported(target, 'reasoning.effort', effort)
  return [{ do: 'drop', field: 'reasoning' }]
}

const effortNames = ['reasoning', 'reasoning_effort'] as const

const maxTokens = (call: CallShape): readonly Quirk[] => (call.shape === 'openai-chat' ? [newMaxTokens] : [])

function textOnly(call: CallShape): readonly string[] {
  if (call.shape !== 'openai-chat') return []
  return arrayOf(call.field('modalities')).every((kind) => kind === 'text') ? gpt5Chat : [...gpt5Chat, 'modalities']
}

/** A model that reasons has the temperature 1. */
function warm(target: Target, call: CallShape): readonly Quirk[] {
  const temperature = call.field('temperature')
  if (!given(call, 'temperature') || temperature === 1) return []
  if (!call.dropParams) throw unsupported(target, 'temperature', temperature)
  return [{ do: 'drop', field: 'temperature' }]
}

const parallelTools = (target: Target, call: CallShape): readonly Quirk[] =>
  target.traits.supports.has('parallel_function_calling') ? [] : without(target, call, ['parallel_tool_calls'])

function whileReasoning(target: Target, call: CallShape, model: Model): readonly Quirk[] {
  if (effortOf(call, model) === 'none') return []
  return [...warm(target, call), ...without(target, call, gpt5Reasoning)]
}

function effortOf(call: CallShape, model: Model): unknown {
  return call.field('reasoning_effort') ?? objectOf(call.field('reasoning'))?.['effort'] ?? model.defaultEffort
}
