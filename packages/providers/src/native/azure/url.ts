import type { Endpoint, Target } from '@switchyard/core'
import { stringOf } from '@switchyard/wire'
import { joinUrl } from '../../url.ts'

/** LiteLLM's default, so that its users' deployments answer as before (1.106.2, 2026-11-22). */
const defaultVersion = '2025-02-01-preview'
/** These name Azure's v1 API, whose paths are OpenAI's own. */
const v1Versions: ReadonlySet<string> = new Set(['v1', 'latest', 'preview'])

/** `{base}/openai/deployments/{deployment}/…?api-version=…`, or `{base}/openai/v1/…`. */
export function azureUrl(target: Target, endpoint: Endpoint): string {
  const version = stringOf(target.params['api_version']) ?? defaultVersion
  const base = target.baseUrl.replace(/\/+$/, '')
  if (base.endsWith('/openai/v1')) return base + endpoint.path
  const root = base.replace(/\/openai$/, '')
  // Responses live in the v1 API alone; `preview` has all of its features.
  if (endpoint.shape === 'openai-responses') {
    return `${root}/openai/v1${endpoint.path}${v1Versions.has(version) && version !== 'preview' ? '' : '?api-version=preview'}`
  }
  if (v1Versions.has(version)) return `${root}/openai/v1${endpoint.path}`
  const deployment = root.includes('/openai/deployments/')
    ? root
    : joinUrl(root, `/openai/deployments/${encodeURIComponent(target.model)}`)
  return `${deployment}${endpoint.path}?api-version=${encodeURIComponent(version)}`
}

/** Does the URL name the deployment? In the v1 API the body does. */
export function namesDeployment({ baseUrl, params }: Pick<Target, 'baseUrl' | 'params'>): boolean {
  const isV1 = baseUrl.replace(/\/+$/, '').endsWith('/openai/v1')
  return !isV1 && !v1Versions.has(stringOf(params['api_version']) ?? defaultVersion)
}

/** Azure's v1 chat takes the key as OpenAI does (recorded with LiteLLM 1.106.2, 2026-11-22). */
export const takesBearer = (url: string): boolean => /\/openai\/v1\/(chat|completions|embeddings)/.test(url)
