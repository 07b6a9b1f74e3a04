import { fail } from '@switchyard/wire'

/** A version is 64 hexadecimal digits, behind a model's name or alone. */
const pinned = /(?:^|:)([0-9a-f]{64})$/

export const versionOf = (model: string): string | undefined => pinned.exec(model)?.[1]

/** Where a prediction of a model, a version or a deployment is made (replicate.com/docs/reference/http, 2026-11-22). */
export function predictionsUrl(baseUrl: string, model: string): string {
  if (versionOf(model) !== undefined) return `${baseUrl}/predictions`
  const [first, ...rest] = model.split('/').map(encodeURIComponent)
  const [owner, name] = first === 'deployments' ? rest : [first, rest[0]]
  if (owner === undefined || name === undefined) {
    throw fail('bad_request', `Write models of Replicate as replicate/owner/name, not "${model}".`, { param: 'model' })
  }
  return `${baseUrl}/${first === 'deployments' ? 'deployments' : 'models'}/${owner}/${name}/predictions`
}

/** The key goes to Replicate's own hosts, and to the one that was asked. */
export function isOwnUrl(url: string, asked: string): boolean {
  if (!URL.canParse(url)) return false
  const { protocol, hostname, origin } = new URL(url)
  return origin === new URL(asked).origin || (protocol === 'https:' && /(^|\.)replicate\.com$/.test(hostname))
}
