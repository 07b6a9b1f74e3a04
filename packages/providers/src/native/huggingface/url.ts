import type { Endpoint, Provider } from '@switchyard/core'

export const router = 'https://router.huggingface.co'

/** A model that a provider behind the router serves: `together/meta-llama/Llama-3.3-70B-Instruct`. */
export interface Routed {
  readonly server: string
  readonly model: string
}

export function routedOf(model: string): Routed | undefined {
  const [, server, name] = /^([^/]+)\/([^/]+\/.+)$/.exec(model) ?? []
  return server === undefined || name === undefined ? undefined : { server, model: name }
}

/** Servers whose routes are their own (native-wire facts §8, 2026-11-22). */
const ownRoutes: Readonly<Record<string, (model: string) => string>> = {
  'hf-inference': (model) => `/hf-inference/models/${model}/v1/chat/completions`,
  novita: () => '/novita/v3/openai/chat/completions',
  'fireworks-ai': () => '/fireworks-ai/inference/v1/chat/completions',
}

/** The router's, by the provider in front of the model, or a server of the customer's own, which has one model. */
export const huggingFaceUrl: NonNullable<Provider['url']> = ({ baseUrl, model }, endpoint, { operation }) => {
  const isRouter = baseUrl === router
  if (operation === 'embedding') return isRouter ? `${router}${endpoint.path}/${encodePath(model)}` : `${baseUrl}/`
  const base = baseUrl.replace(/\/(v1(\/chat\/completions)?)?$/, '')
  if (operation === 'rerank' || !isRouter) return base + endpoint.path
  return router + chatPath(endpoint, routedOf(model))
}

function chatPath({ path }: Endpoint, routed: Routed | undefined): string {
  if (routed === undefined) return path
  const own = Object.hasOwn(ownRoutes, routed.server) ? ownRoutes[routed.server] : undefined
  return own?.(encodePath(routed.model)) ?? `/${encodeURIComponent(routed.server)}${path}`
}

const encodePath = (model: string): string => model.split('/').map(encodeURIComponent).join('/')
