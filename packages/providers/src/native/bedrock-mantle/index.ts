import type { Endpoint, Outgoing, Provider, ProviderEnv, Target } from '@switchyard/core'
import { betasFor } from '@switchyard/wire'
import { awsParams, regionOf } from '../../aws/params.ts'
import { knownRegions, signFor, type AwsService } from '../../aws/service.ts'
import { row } from '../../row.ts'

/** Bedrock's OpenAI-compatible service (Bedrock user guide, "Generate responses using OpenAI APIs", 2026-11-22). */
const service: AwsService = {
  name: 'bedrock-mantle',
  hostFor: (region) => `bedrock-mantle.${region}.api.aws`,
  keyEnv: ['BEDROCK_MANTLE_API_KEY', 'AWS_BEARER_TOKEN_BEDROCK'],
  baseEnv: 'BEDROCK_MANTLE_API_BASE',
}

const anyRegion = `https://${service.hostFor('us-west-2')}`

const chat: Endpoint = { shape: 'openai-chat', path: '/v1/chat/completions' }
const responses: Endpoint = { shape: 'openai-responses', path: '/v1/responses' }
/** OpenAI's own models answer under a path of their own. */
const openAiResponses: Endpoint = { shape: 'openai-responses', path: '/openai/v1/responses' }
const messages: Endpoint = { shape: 'anthropic-messages', path: '/anthropic/v1/messages' }

const counting: Endpoint = { shape: 'anthropic-messages', path: '/anthropic/v1/messages/count_tokens' }

/** Some models are filed under the region that serves them. */
const regionIn = (model: string): string | undefined => /^([a-z-]+-\d)\//.exec(model)?.[1]

const bareName = (model: string): string => model.replace(/^[a-z-]+-\d\//, '')

const regionFor = (target: Target): string => regionIn(target.traits.id) ?? regionOf(target)

function mantleUrl(target: Target, endpoint: Endpoint): string {
  const base = target.baseUrl === anyRegion ? `https://${service.hostFor(regionFor(target))}` : target.baseUrl
  return base.replace(/(?:\/openai)?(?:\/v1)?\/*$/, '') + endpoint.path
}

function sign(outgoing: Outgoing, target: Target, env: ProviderEnv): Promise<void> {
  if (outgoing.url.includes(messages.path)) outgoing.headers['anthropic-version'] ??= '2023-06-01'
  return signFor(service, outgoing, { target, env, region: regionFor(target) })
}

export const bedrockMantle: Provider = {
  ...row('bedrock_mantle', 'AWS Bedrock Mantle', anyRegion, { oldMaxTokens: true }),
  keyEnv: service.keyEnv ?? [],
  auth: { kind: 'prepare' },
  hosts: knownRegions.map(service.hostFor),
  params: {
    ...awsParams,
    aws_region_name: { env: ['BEDROCK_MANTLE_REGION', ...(awsParams['aws_region_name']?.env ?? [])], insteadOfKey: true },
  },
  endpoints: { chat: [chat, responses, openAiResponses, messages], count_tokens: [counting] },
  endpointFor: (operation, client, { id, mode }) => {
    const name = bareName(id)
    // Of the others nobody counts in Anthropic's shape, so the gateway does.
    if (operation === 'count_tokens') return name.startsWith('anthropic.') ? counting : chat
    if (operation !== 'chat') return undefined
    if (name.startsWith('anthropic.')) return messages
    if (/^openai\.gpt-(?!oss)/.test(name) || mode === 'responses') return openAiResponses
    return client === 'openai-responses' && name.startsWith('openai.') ? responses : chat
  },
  headersFor: (_target, endpoint, body) => {
    const betas = endpoint.shape === 'anthropic-messages' ? betasFor(body) : []
    return betas.length === 0 ? {} : { 'anthropic-beta': betas.join(',') }
  },
  modelName: bareName,
  url: mantleUrl,
  prepare: sign,
}
