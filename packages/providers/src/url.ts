import type { Provider } from '@switchyard/core'

export const joinUrl = (base: string, path: string): string => (base.endsWith('/') ? base.slice(0, -1) : base) + path

export const originOf = (url: string | undefined): string | undefined =>
  url !== undefined && URL.canParse(url) ? new URL(url).origin : undefined

export function isSameOrigin(one: string | undefined, other: string | undefined): boolean {
  const origin = originOf(one)
  return origin !== undefined && origin === originOf(other?.trim())
}

/** For providers whose Anthropic route stands beside their OpenAI base URL on the same host, not under it. */
export const messagesAt =
  (path: string): NonNullable<Provider['url']> =>
  (target, endpoint) =>
    endpoint.shape === 'anthropic-messages' ? new URL(target.baseUrl).origin + path : joinUrl(target.baseUrl, endpoint.path)
