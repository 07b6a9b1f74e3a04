import type { Endpoint, Provider, Quirk } from '@switchyard/core'
import { betasFor } from '@switchyard/wire'
import { withoutEffort, developerAsSystem, saysStream } from '../../tuning.ts'
import { embedding } from './embed.ts'
import { signSnowflake } from './sign.ts'
import { anyAccount, snowflakeUrl } from './url.ts'

const chatEndpoint: Endpoint = { shape: 'openai-chat', path: '/cortex/v1/chat/completions' }
/** Claude's own protocol, for Claude alone. */
const messagesEndpoint: Endpoint = { shape: 'anthropic-messages', path: '/cortex/v1/messages' }
const embedEndpoint: Endpoint = { shape: 'native', path: '/cortex/inference:embed' }

const newMaxTokens: Quirk = { do: 'rename', field: 'max_tokens', to: 'max_completion_tokens' }

/** What the catalog does not say of Claude's models there: they are called in Claude's own protocol (native-wire facts §12, 2026-11-22). */
const claude = { supports_reasoning: true, supports_tool_choice: true, supports_pdf_input: true }
const thinkers = [
  'claude-4-sonnet',
  'claude-4-opus',
  'claude-3-7-sonnet',
  'claude-haiku-4-5',
  'claude-sonnet-4-5',
  'claude-sonnet-4-6',
]

export const snowflake: Provider = {
  id: 'snowflake',
  name: 'Snowflake Cortex',
  keyEnv: ['SNOWFLAKE_JWT'],
  auth: { kind: 'prepare' },
  baseUrl: anyAccount,
  baseEnv: ['SNOWFLAKE_API_BASE'],
  hosts: ['.snowflakecomputing.com'],
  params: { account_id: { env: ['SNOWFLAKE_ACCOUNT_ID'] } },
  endpoints: { chat: [chatEndpoint, messagesEndpoint], embedding: [embedEndpoint] },
  refuses: (
    'stop presence_penalty frequency_penalty logit_bias seed parallel_tool_calls logprobs top_logprobs reasoning_effort thinking ' +
    'service_tier store n response_format'
  ).split(' '),
  ignores: ['user', 'stream_options'],
  endpointFor: (operation, _client, traits) =>
    operation === 'embedding' ? undefined : traits.id.includes('claude') ? messagesEndpoint : chatEndpoint,
  url: snowflakeUrl,
  tune: (target, call) =>
    call.shape === 'openai-chat'
      ? [...developerAsSystem(call), ...withoutEffort(target, call), newMaxTokens, saysStream]
      : call.shape === 'anthropic-messages'
        ? [saysStream]
        : [],
  headersFor: (_target, endpoint, body) => {
    const betas = endpoint.shape === 'anthropic-messages' ? betasFor(body) : []
    return betas.length === 0 ? {} : { 'anthropic-beta': betas.join(',') }
  },
  prepare: signSnowflake,
  codecs: { embedding },
  models: Object.fromEntries(thinkers.map((model) => [model, claude])),
}
