import type { Endpoint, Target } from '@switchyard/core'
import { stringOf } from '@switchyard/wire'
import { joinUrl } from '../../url.ts'
import { realtimeUrl } from '../openai/realtime.ts'

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
  // Videos too, which its reference calls without a version (learn.microsoft.com, video-generation-create, 2026-11-22).
  if (endpoint.shape === 'openai-videos') return `${azureRoot(base)}/openai/v1${endpoint.path}`
  if (v1Versions.has(version)) return `${root}/openai/v1${endpoint.path}`
  const deployment = root.includes('/openai/deployments/')
    ? root
    : joinUrl(root, `/openai/deployments/${encodeURIComponent(target.model)}`)
  return `${deployment}${endpoint.path}?api-version=${encodeURIComponent(version)}`
}

/** Preview versions have a path and a query of their own; the v1 API has OpenAI's (Azure's realtime reference, 2026-11-22). */
export function azureRealtimeUrl({ baseUrl, model, params }: Target): string {
  const version = stringOf(params['api_version']) ?? defaultVersion
  const root = azureRoot(baseUrl)
  if (!namesDeployment({ baseUrl, params })) return realtimeUrl(`${root}/openai/v1`, model)
  return `${root}/openai/realtime?api-version=${encodeURIComponent(version)}&deployment=${encodeURIComponent(model)}`
}

/** Does the URL name the deployment? In the v1 API the body does. */
export function namesDeployment({ baseUrl, params }: Pick<Target, 'baseUrl' | 'params'>): boolean {
  const isV1 = baseUrl.replace(/\/+$/, '').endsWith('/openai/v1')
  return !isV1 && !v1Versions.has(stringOf(params['api_version']) ?? defaultVersion)
}

/** Azure's v1 chat takes the key as OpenAI does (recorded with LiteLLM 1.106.2, 2026-11-22). */
export const takesBearer = (url: string): boolean => /\/openai\/v1\/(chat|completions|embeddings)/.test(url)

/** The resource's own address, whatever of its paths was named with it. */
export const azureRoot = (baseUrl: string): string => baseUrl.replace(/\/openai(\/.*)?$/, '').replace(/\/+$/, '')

/** Files, batches and the like stand beside the deployments. */
export function azureKeptUrl({ baseUrl, params }: Target, path: string): string {
  const version = stringOf(params['api_version']) ?? defaultVersion
  if (v1Versions.has(version) || path.startsWith('/videos') || /\/openai\/v1\/*$/.test(baseUrl))
    return `${azureRoot(baseUrl)}/openai/v1${path}`
  const [plain = '', query] = path.split('?')
  return `${azureRoot(baseUrl)}/openai${plain}?api-version=${encodeURIComponent(version)}${query === undefined ? '' : `&${query}`}`
}
