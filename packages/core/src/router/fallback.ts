import type { GatewayError } from '@switchyard/wire'
import { isOurTrouble } from './retry.ts'
import type { FallbackMap, RouterSettings } from './settings.ts'

/**
 * The groups to try after `group` failed for good, in order. `wanted`: the client's own `fallbacks`, which come first.
 * A key may be an exact group, a wildcard `prefix*` (the longest that fits), or `*`.
 */
export function fallbacksFor(
  group: string,
  error: GatewayError,
  settings: RouterSettings,
  wanted: readonly string[],
): readonly string[] {
  const special =
    error.kind === 'context_length'
      ? lookUp(settings.contextFallbacks, group)
      : error.kind === 'content_filtered'
        ? lookUp(settings.policyFallbacks, group)
        : undefined
  const general = special ?? lookUp(settings.fallbacks, group) ?? settings.defaultFallbacks
  return [...new Set([...wanted, ...general])].filter((name) => name !== group)
}

/** Every group that a call may come to: its reservation must cover the dearest. `wanted`: the client's own fallbacks. */
export function reachableGroups(group: string, settings: RouterSettings, wanted: readonly string[]): readonly string[] {
  const found = new Set([group, ...wanted])
  for (const name of found) {
    const lists = [
      lookUp(settings.fallbacks, name) ?? settings.defaultFallbacks,
      lookUp(settings.contextFallbacks, name),
      lookUp(settings.policyFallbacks, name),
    ]
    for (const next of lists.flatMap((list) => list ?? [])) found.add(next)
  }
  return [...found]
}

/** What the client did wrong here would be wrong elsewhere; money and limits are the key's, not the deployment's. */
export function mayFallBack(error: GatewayError): boolean {
  if (isOurTrouble(error)) return false
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
  let best: string | undefined
  for (const key of map.keys()) {
    if (key.endsWith('*') && group.startsWith(key.slice(0, -1)) && key.length > (best?.length ?? 0)) best = key
  }
  return best === undefined ? undefined : map.get(best)
}
