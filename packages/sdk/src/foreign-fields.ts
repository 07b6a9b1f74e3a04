import { gatewayFields, type ModelGroup, type Shape } from '@switchyard/core'
import type { JsonObject } from '@switchyard/wire'
import { settingsOf } from './deployment.ts'

/** Parameters of OpenAI's chat completions (openai-node 7.57.0, read 2026-11-22), and those of LiteLLM that the dialect reads. */
const chatFields: ReadonlySet<string> = new Set([
  'model',
  'messages',
  'audio',
  'frequency_penalty',
  'function_call',
  'functions',
  'logit_bias',
  'logprobs',
  'max_completion_tokens',
  'max_tokens',
  'metadata',
  'modalities',
  'moderation',
  'n',
  'parallel_tool_calls',
  'prediction',
  'presence_penalty',
  'prompt_cache_key',
  'prompt_cache_options',
  'prompt_cache_retention',
  'reasoning_effort',
  'response_format',
  'safety_identifier',
  'seed',
  'service_tier',
  'stop',
  'store',
  'stream',
  'stream_options',
  'temperature',
  'tool_choice',
  'tools',
  'top_logprobs',
  'top_p',
  'user',
  'verbosity',
  'web_search_options',
  'thinking',
  'reasoning',
  'top_k',
])

/**
 * Fields of a chat call that OpenAI does not have: they are meant for the provider (`safety_settings`, `keep_alive` …) and
 * reach its body by their own names, as in LiteLLM.
 */
function foreignFields(body: JsonObject, own: ReadonlySet<string>): JsonObject {
  const foreign: JsonObject = {}
  for (const [name, value] of Object.entries(body)) {
    if (!chatFields.has(name) && !gatewayFields.has(name) && !own.has(name)) foreign[name] = value
  }
  return foreign
}

/** A call's request and what it adds to its deployments. */
export interface Request {
  readonly shape: Shape
  readonly body: JsonObject
  readonly extraBody?: JsonObject
}

/** The group as this call uses it: the call's own fields go into the providers' bodies. */
export function forRequest(group: ModelGroup, { shape, body, extraBody = {} }: Request): ModelGroup {
  const deployments = group.deployments.map((deployment) => {
    const own = new Set(Object.keys(deployment.provider.params ?? {}))
    const fields = { ...(shape === 'openai-chat' ? foreignFields(body, own) : {}), ...extraBody }
    if (Object.keys(fields).length === 0) return deployment
    return { ...deployment, bodyDefaults: [...deployment.bodyDefaults, ...settingsOf(fields)] }
  })
  return { name: group.name, deployments }
}
