import type { Endpoint, Operation, Target } from '@switchyard/core'
import { awsParam } from '../../aws/params.ts'
import { regionalHost, type AwsService } from '../../aws/service.ts'
import { agentUrl, isAgent } from './agents/index.ts'
import { countedId, countEndpoint } from './count-tokens.ts'
import { bedrockRegion, urlIdOf } from './model.ts'
import { agentRuntime, isOfAgents, rerankPath } from './rerank.ts'

const hostFor = regionalHost('bedrock-runtime')

/** The runtime's API, as its requests are signed. */
export const runtime: AwsService = {
  name: 'bedrock',
  hostFor,
  keyEnv: ['AWS_BEARER_TOKEN_BEDROCK'],
  baseEnv: 'AWS_BEDROCK_RUNTIME_ENDPOINT',
  baseParam: 'aws_bedrock_runtime_endpoint',
}

/** Stands for "no address was named": every region has a host of its own. */
export const anyRegion = `https://${hostFor('us-west-2')}`

export const streamPaths: Readonly<Record<string, string>> = {
  '/converse': '/converse-stream',
  '/invoke': '/invoke-with-response-stream',
}

export function bedrockUrl(target: Target, endpoint: Endpoint, call: { operation: Operation; stream: boolean }): string {
  if (endpoint.path === rerankPath) return agentsUrl(target, rerankPath)
  if (isAgent(endpoint)) return agentUrl(target, target.baseUrl === anyRegion ? undefined : target.baseUrl)
  const base = target.baseUrl === anyRegion ? baseOf(target) : target.baseUrl
  const id = endpoint === countEndpoint ? countedId(target) : urlIdOf(target)
  const path = call.stream ? (streamPaths[endpoint.path] ?? endpoint.path) : endpoint.path
  return `${base.replace(/\/+$/, '')}/model/${pathOf(id, endpoint, call.operation)}${path}`
}

/** The address that a deployment may name is the runtime's; a proxy in front of both is named as the base URL. */
const agentsUrl = (target: Target, path: string): string =>
  target.baseUrl === anyRegion
    ? `https://${agentRuntime.hostFor(bedrockRegion(target))}${path}`
    : target.baseUrl.replace(/\/+$/, '') + path

const baseOf = (target: Target): string =>
  awsParam(target, runtime.baseParam ?? '') ?? `https://${hostFor(bedrockRegion(target))}`

/** A colon may stand in a path as it is (RFC 3986, 3.3), and InvokeModel's ids are usually written so; in ARNs it may not. */
function pathOf(id: string, endpoint: Endpoint, operation: Operation): string {
  const encoded = encodeURIComponent(id)
  const plain = endpoint.path === '/invoke' && operation !== 'embedding' && !id.startsWith('arn:')
  return plain ? encoded.replaceAll('%3A', ':') : encoded
}

export const bedrockPassUrl = (target: Target, path: string): string =>
  isOfAgents(path)
    ? agentsUrl(target, path)
    : (target.baseUrl === anyRegion ? baseOf(target) : target.baseUrl).replace(/\/+$/, '') + path
