import type { SwitchyardSettings } from '../config/config.ts'
import type { HttpRequest } from './listener.ts'

const hostName = /^[\w.:[\]-]+$/

/**
 * Where clients reach this gateway, for URLs that they are to ask next: as the operator says it, else as this request did. Who stands
 * before the gateway may say that it speaks TLS, and no more: with `x-forwarded-host` URLs could be made to lead elsewhere.
 */
export function publicOrigin(
  { headers, url }: Pick<HttpRequest, 'headers' | 'url'>,
  { publicUrl }: Pick<SwitchyardSettings, 'publicUrl'>,
): string {
  if (publicUrl !== undefined) return publicUrl
  const { protocol, host } = new URL(url)
  const asked = headers.get('host') ?? ''
  const scheme = headers.get('x-forwarded-proto')?.split(',')[0]?.trim() === 'https' ? 'https:' : protocol
  return `${scheme}//${hostName.test(asked) ? asked : host}`
}
