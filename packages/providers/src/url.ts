import type { Provider } from '@switchyard/core'

export const joinUrl = (base: string, path: string): string => (base.endsWith('/') ? base.slice(0, -1) : base) + path

/** For providers whose Anthropic route stands beside their OpenAI base URL on the same host, not under it. */
export const messagesAt =
  (path: string): NonNullable<Provider['url']> =>
  (target, endpoint) =>
    endpoint.shape === 'anthropic-messages' ? new URL(target.baseUrl).origin + path : joinUrl(target.baseUrl, endpoint.path)
