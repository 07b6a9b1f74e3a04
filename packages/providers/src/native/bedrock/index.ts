import type { Outgoing, Provider, ProviderEnv, Target } from '@switchyard/core'
import { betasFor } from '@switchyard/wire'
import { awsParams } from '../../aws/params.ts'
import { knownRegions, signFor } from '../../aws/service.ts'
import { agentCoreRuntime, agentExchange, signAgent } from './agents/index.ts'
import { moveBetas } from './betas.ts'
import { countEndpoint, countTokens, readBedrockError } from './count-tokens.ts'
import { embedding } from './embed.ts'
import { bedrockEndpoint, chatEndpoints, invokeNative, passedChat } from './endpoints.ts'
import { exchange } from './exchange.ts'
import { moveGuardrail } from './guardrail.ts'
import { imageEdit, imageGeneration } from './images.ts'
import { bedrockRegion } from './model.ts'
import { agentRuntime, isOfAgents, rerank, rerankPath } from './rerank.ts'
import { passedCalls, writeAwsError } from './passed.ts'
import { tuneBedrock } from './tune.ts'
import { anyRegion, bedrockUrl, runtime, bedrockPassUrl, streamPaths } from './url.ts'

function sign(outgoing: Outgoing, target: Target, env: ProviderEnv): Promise<void> {
  const agent = signAgent(outgoing, target, env)
  if (agent !== undefined) return agent
  moveBetas(outgoing)
  moveGuardrail(outgoing)
  const service = isOfAgents(outgoing.url) ? agentRuntime : runtime
  return signFor(service, outgoing, { target, env, region: bedrockRegion(target) })
}

export const bedrock: Provider = {
  id: 'bedrock',
  name: 'AWS Bedrock',
  aliases: ['bedrock_converse'],
  keyEnv: ['AWS_BEARER_TOKEN_BEDROCK'],
  auth: { kind: 'prepare' },
  baseUrl: anyRegion,
  baseEnv: ['AWS_BEDROCK_RUNTIME_ENDPOINT'],
  hosts: knownRegions.flatMap((region) => [runtime, agentRuntime, agentCoreRuntime].map(({ hostFor }) => hostFor(region))),
  params: { ...awsParams, aws_bedrock_runtime_endpoint: { env: [] }, model_id: { env: [] } },
  endpoints: {
    chat: chatEndpoints,
    embedding: [invokeNative],
    count_tokens: [countEndpoint],
    rerank: [{ shape: 'native', path: rerankPath }],
    image_generation: [invokeNative],
    image_edit: [invokeNative],
  },
  endpointFor: (operation, client, traits) => bedrockEndpoint(operation, client, traits),
  /** The mark chose the API, and is no part of the model's name. */
  modelName: (model) => model.replace(/^converse\//, ''),
  url: bedrockUrl,
  tune: tuneBedrock,
  headersFor: (_target, endpoint, body) => {
    const betas = endpoint.shape === 'anthropic-messages' ? betasFor(body) : []
    return betas.length === 0 ? {} : { 'anthropic-beta': betas.join(',') }
  },
  /** Converse takes media as bytes or from S3 (native-wire facts §3.3, 2026-11-22). */
  inlines: (url) => !url.startsWith('s3://'),
  codecs: { embedding, rerank, count_tokens: countTokens, image_generation: imageGeneration, image_edit: imageEdit },
  exchange: (outgoing, target, env, signal) =>
    agentExchange(outgoing, target, env, signal) ?? exchange(outgoing, target, env, signal),
  prepare: sign,
  passThrough: {
    url: bedrockPassUrl,
    streamPaths,
    signsBody: true,
    chatAt: passedChat,
    calls: passedCalls,
    writeError: writeAwsError,
  },
  readError: readBedrockError,
}
