import type { Outgoing, Provider, ProviderEnv, Target } from '@switchyard/core'
import { betasFor } from '@switchyard/wire'
import { awsParams } from '../../aws/params.ts'
import { knownRegions, signFor } from '../../aws/service.ts'
import { moveBetas } from './betas.ts'
import { readError } from '../../aws/errors.ts'
import { embedding } from './embed.ts'
import { bedrockEndpoint, chatEndpoints, invokeNative } from './endpoints.ts'
import { exchange } from './exchange.ts'
import { imageEdit, imageGeneration } from './images.ts'
import { bedrockRegion } from './model.ts'
import { agentRuntime, rerank, rerankPath } from './rerank.ts'
import { tuneBedrock } from './tune.ts'
import { anyRegion, bedrockUrl, runtime, bedrockPassUrl, streamPaths } from './url.ts'

function sign(outgoing: Outgoing, target: Target, env: ProviderEnv): Promise<void> {
  moveBetas(outgoing)
  const service = outgoing.url.endsWith(rerankPath) ? agentRuntime : runtime
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
  hosts: knownRegions.flatMap((region) => [runtime.hostFor(region), agentRuntime.hostFor(region)]),
  params: { ...awsParams, aws_bedrock_runtime_endpoint: { env: [] }, model_id: { env: [] } },
  endpoints: {
    chat: chatEndpoints,
    embedding: [invokeNative],
    rerank: [{ shape: 'native', path: rerankPath }],
    image_generation: [invokeNative],
    image_edit: [invokeNative],
  },
  endpointFor: (operation, client, traits) => bedrockEndpoint(operation, client, traits),
  url: bedrockUrl,
  tune: tuneBedrock,
  headersFor: (_target, endpoint, body) => {
    const betas = endpoint.shape === 'anthropic-messages' ? betasFor(body) : []
    return betas.length === 0 ? {} : { 'anthropic-beta': betas.join(',') }
  },
  /** Converse takes media as bytes or from S3 (native-wire facts §3.3, 2026-11-22). */
  inlines: (url) => !url.startsWith('s3://'),
  codecs: { embedding, rerank, image_generation: imageGeneration, image_edit: imageEdit },
  exchange,
  prepare: sign,
  passThrough: { url: bedrockPassUrl, streamPaths, signsBody: true },
  readError,
}
