import { fail } from '@switchyard/wire'

/** A proxy between us and the providers. */
export interface Proxy {
  readonly host: string
  readonly port: number
  /** The value of Proxy-Authorization. */
  readonly credentials: string | undefined
}

type Variable = (name: string) => string | undefined

/** The proxy that HTTP_PROXY, HTTPS_PROXY and NO_PROXY ask for; names in lower case come first, as curl reads them. */
export function proxyFor({ protocol, hostname, port }: URL, variable: Variable): Proxy | undefined {
  const read = (name: string): string => variable(name.toLowerCase()) ?? variable(name) ?? ''
  const address = read(protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY')
  const usual = protocol === 'https:' ? '443' : '80'
  if (address === '' || linkLocal.test(hostname) || isSpared(hostname, port === '' ? usual : port, read('NO_PROXY')))
    return undefined
  const url = URL.parse(address.includes('://') ? address : `http://${address}`)
  if (url === null || url.protocol !== 'http:') {
    throw fail('unreachable', 'The proxy in HTTP_PROXY or HTTPS_PROXY is not an http:// URL; other proxies are not spoken to.')
  }
  const secret = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? 80 : Number(url.port),
    credentials: secret === ':' ? undefined : `Basic ${Buffer.from(secret).toString('base64')}`,
  }
}

/** Of this machine's own net: there answer the services that give it its credentials, which no proxy may see. */
const linkLocal = /^169\.254(?:\.\d+){2}$|^\[fe80:/

/** `*`, or names whose hosts and subdomains are called directly, each perhaps with a port. */
function isSpared(hostname: string, port: string, list: string): boolean {
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .some((entry) => {
      const [, name = '', only] = /^\*?\.?(.*?)(?::(\d+))?$/.exec(entry) ?? []
      if (entry === '*') return true
      if (name === '' || (only !== undefined && only !== port)) return false
      return hostname === name || hostname.endsWith(`.${name}`)
    })
}
