import type { GatewayError } from '@switchyard/wire'
import type { FallbackMap, RouterSettings } from './settings.ts'

/**
 * The groups to try after `group` failed for good, in order. `wanted`: the client's own `fallbacks`, which come first.
 * A key may be an exact group, a wildcard `prefix*`, or `*`.
 */
export function fallbacksFor(
  group: string,
  error: GatewayError,
  settings: RouterSettings,
  wanted: readonly string[],
): readonly string[] {
  if (!mayFallBack(error)) return []
  const special =
    error.kind === 'context_length'
      ? lookUp(settings.contextFallbacks, group)
      : error.kind === 'content_filtered'
        ? lookUp(settings.policyFallbacks, group)
        : undefined
  const general = special ?? lookUp(settings.fallbacks, group) ?? settings.defaultFallbacks
  return [...new Set([...wanted, ...general])].filter((name) => name !== group)
}

/** What the client did wrong here would be wrong elsewhere; money and limits are the key's, not the deployment's. */
function mayFallBack(error: GatewayError): boolean {
  switch (error.kind) {
    case 'over_budget':
    case 'client_closed':
    case 'too_large':
    case 'unsupported_media':
    case 'method_not_allowed':
    case 'conflict':
      return false
    default:
      return true
  }
}

function lookUp(map: FallbackMap, group: string): readonly string[] | undefined {
  const exact = map.get(group)
  if (exact !== undefined) return exact
  for (const [key, groups] of map) {
    if (key.endsWith('*') && group.startsWith(key.slice(0, -1))) return groups
  }
  return undefined
}
