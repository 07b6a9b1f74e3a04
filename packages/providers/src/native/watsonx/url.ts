import type { Endpoint, ParamSource, Provider } from '@switchyard/core'
import { stringOf } from '@switchyard/wire'
import { deploymentOf } from './scope.ts'

export const urlParams: Readonly<Record<string, ParamSource>> = { api_version: { env: ['WATSONX_API_VERSION'] } }

/** The version of the API that LiteLLM names (native-wire facts §10, 2026-11-22). */
const usualVersion = '2024-03-13'

const streams: ReadonlySet<Endpoint['path']> = new Set(['/text/chat', '/text/generation'])

export const watsonxUrl: NonNullable<Provider['url']> = ({ baseUrl, model, params }, { path }, { stream }) => {
  const deployment = deploymentOf(model)
  const owner = deployment === undefined ? '' : `/deployments/${encodeURIComponent(deployment)}`
  const version = encodeURIComponent(stringOf(params['api_version']) ?? usualVersion)
  return `${baseUrl}/ml/v1${owner}${path}${stream && streams.has(path) ? '_stream' : ''}?version=${version}`
}
