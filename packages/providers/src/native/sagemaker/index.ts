import type { Endpoint, Operation, Outgoing, Provider, ProviderEnv, Target } from '@switchyard/core'
import { readError } from '../../aws/errors.ts'
import { awsParam, awsParams, regionOf } from '../../aws/params.ts'
import { knownRegions, regionalHost, signFor, type AwsService } from '../../aws/service.ts'
import { textDialect } from '../../aws/text/dialect.ts'
import { usualTune } from '../../tuning.ts'
import { embedding } from './embed.ts'
import { exchange } from './exchange.ts'
import { containerReframer, openAiReframer } from './reframer.ts'
import { textGeneration } from './text-generation.ts'

const runtime: AwsService = { name: 'sagemaker', hostFor: regionalHost('runtime.sagemaker'), baseEnv: 'SAGEMAKER_API_BASE' }

/** Stands for "no address was named": every region has a host of its own. */
const anyRegion = `https://${runtime.hostFor('us-west-2')}`

/** The model is the name of an endpoint. */
function sagemakerUrl(target: Target, endpoint: Endpoint, call: { operation: Operation; stream: boolean }): string {
  const base = target.baseUrl === anyRegion ? `https://${runtime.hostFor(regionOf(target))}` : target.baseUrl
  const path = call.stream ? '/invocations-response-stream' : endpoint.path
  return `${base.replace(/\/+$/, '')}/endpoints/${encodeURIComponent(target.model)}${path}`
}

function sign(outgoing: Outgoing, target: Target, env: ProviderEnv): Promise<void> {
  const component = awsParam(target, 'model_id')
  if (component !== undefined) outgoing.headers['x-amzn-sagemaker-inference-component'] = component
  return signFor(runtime, outgoing, { target, env, region: regionOf(target) })
}

const path = '/invocations'

const common = {
  keyEnv: [],
  auth: { kind: 'prepare' },
  baseUrl: anyRegion,
  baseEnv: ['SAGEMAKER_API_BASE'],
  hosts: knownRegions.map(runtime.hostFor),
  params: { ...awsParams, model_id: { env: [] } },
  url: sagemakerUrl,
  prepare: sign,
  readError,
} satisfies Omit<Provider, 'id' | 'name' | 'endpoints'>

/** Containers of Hugging Face and JumpStart. */
export const sagemaker: Provider = {
  ...common,
  id: 'sagemaker',
  name: 'AWS SageMaker',
  endpoints: {
    chat: [{ shape: 'native', path, speaks: textDialect(textGeneration), reframer: containerReframer, modelInPath: true }],
    embedding: [{ shape: 'native', path, modelInPath: true }],
  },
  /** JumpStart's models want their licence accepted with every request. */
  headers: { 'x-amzn-sagemaker-custom-attributes': 'accept_eula=true' },
  codecs: { embedding },
  exchange,
}

const chat: Endpoint = { shape: 'openai-chat', path, reframer: openAiReframer }

/** Containers that speak OpenAI's chat. */
export const sagemakerChat: Provider = {
  ...common,
  id: 'sagemaker_chat',
  name: 'AWS SageMaker (chat)',
  endpoints: { chat: [chat] },
  refuses: ['reasoning_effort', 'thinking'],
  ignores: ['user'],
  tune: usualTune,
}

/** Customised Nova models, which take an effort besides. */
export const sagemakerNova: Provider = {
  ...common,
  id: 'sagemaker_nova',
  name: 'AWS SageMaker (Nova)',
  endpoints: { chat: [chat] },
  refuses: ['thinking'],
  ignores: ['user'],
  tune: usualTune,
}
