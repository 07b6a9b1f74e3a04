import type { PassedLink, Provider } from '@switchyard/core'
import type { Context } from '../http/context.ts'
import { publicOrigin } from '../http/public-origin.ts'
import { readCredential } from '../pipeline/credential.ts'
import { ends } from './ends.ts'
import type { Subpath } from './subpath.ts'

/**
 * Addresses of the provider in a reply, which its clients follow with the key that they have: the gateway's, which is not for the
 * provider. They are made to lead back through the gateway.
 */
export interface LinksBack {
  inHeaders(headers: Readonly<Record<string, string>>): Record<string, string>
  /** Undefined: this reply's body has none. */
  readonly inBody: ((text: string) => string) | undefined
}

export interface LinksOf {
  readonly provider: Provider
  readonly prefix: string
  readonly subpath: Subpath
  /** Where the request goes. */
  readonly target: string
}

export function linksBack(context: Context, { provider, prefix, subpath, target }: LinksOf): LinksBack | undefined {
  const found = provider.passThrough?.links?.filter(({ path }) => ends(subpath.plain, path)) ?? []
  if (found.length === 0) return undefined
  const root = target.split('?')[0]?.slice(0, -subpath.raw.length) ?? ''
  const back = (url: string, link: PassedLink): string => {
    if (!URL.canParse(url)) return url
    const { pathname, search } = new URL(url)
    const behind = url.startsWith(root) ? url.slice(root.length) : pathname + search
    return `${publicOrigin(context.request, context.snapshot.config.switchyard)}/${prefix}${link.keyless ? withKey(context, behind) : behind}`
  }
  const headers = new Map(found.flatMap((link) => (link.header === undefined ? [] : [[link.header, link]])))
  const fields = found.filter(({ field }) => field !== undefined)
  const inText = (text: string): string =>
    fields.reduce(
      (all, link) => all.replaceAll(urlIn(link.field ?? ''), (_, name: string, url: string) => `${name}"${back(url, link)}"`),
      text,
    )
  return {
    inHeaders: (all) =>
      Object.fromEntries(
        Object.entries(all).map(([name, value]) => {
          const link = headers.get(name)
          return [name, link === undefined ? value : back(value, link)]
        }),
      ),
    inBody: fields.length === 0 ? undefined : inText,
  }
}

const urlIn = (field: string): RegExp => new RegExp(`("${field}"\\s*:\\s*)"(https?://[^"\\\\]+)"`, 'g')

/** The client sends none to this address, which is a secret by itself at the provider's. */
function withKey({ request, snapshot }: Context, path: string): string {
  const customHeader = snapshot.config.server.keyHeaderName
  const found = readCredential({ headers: request.headers, customHeader, queryKey: null, isAnyScheme: true })
  if (found === undefined) return path
  return `${path}${path.includes('?') ? '&' : '?'}key=${encodeURIComponent(found.key)}`
}
