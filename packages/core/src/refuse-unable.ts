import { fail, type ChatRequest, type ModelTraits, type Reasoning, type Sampling } from '@switchyard/wire'
import type { Deployment } from './deployment.ts'
import type { Ask } from './ask.ts'

/**
 * Refuses a parameter that the catalog says the model does not take, as LiteLLM does for OpenAI's chat clients. With
 * drop_params, and for the clients of other dialects, the writers leave it out.
 */
export function refuseUnable(ask: Ask, { allowedParams }: Deployment, chat: ChatRequest, traits: ModelTraits): void {
  if (ask.dropParams || ask.shape !== 'openai-chat') return
  const names = [...reasoningNames(ask, chat, traits), ...samplingNames(chat.sampling, traits)]
  const param = names.find((name) => !allowedParams.includes(name))
  if (param === undefined) return
  throw fail(
    'unsupported_params',
    `Model "${traits.id}" does not take "${param}". Leave it out, or set drop_params: true to have it left out for you.`,
    { param },
  )
}

function reasoningNames(ask: Ask, { reasoning }: ChatRequest, { supports }: ModelTraits): readonly string[] {
  if (reasoning === undefined || supports.size === 0 || supports.has('reasoning') || isOff(reasoning)) return []
  return ['reasoning_effort', 'thinking', 'reasoning'].filter((name) => (ask.body.field(name) ?? undefined) !== undefined)
}

const isOff = ({ effort, budget }: Reasoning): boolean => effort === 'none' || (effort === undefined && budget === 0)

/** Such a model has one temperature, 1, which may be said. */
function samplingNames({ temperature, topP, topK }: Sampling, { lacks }: ModelTraits): readonly string[] {
  if (!lacks.has('sampling_params')) return []
  return [
    ...(temperature === undefined || temperature === 1 ? [] : ['temperature']),
    ...(topP === undefined || topP === 1 ? [] : ['top_p']),
    ...(topK === undefined ? [] : ['top_k']),
  ]
}
