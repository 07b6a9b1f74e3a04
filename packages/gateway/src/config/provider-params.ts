import { Secret } from '@switchyard/wire'
import { resolveScalar, type Context } from './context.ts'
import type { ProviderParams } from './config.ts'
import { isNothing, plainResolved } from './fields.ts'
import type { MapEntry, YamlNode } from './yaml-node.ts'

const secretWords = /(?:^|_)(?:key|token|secret|password|credentials?|access_key_id)$/i

/** `prompt_cache_key` is a field of the request, everything else that ends so is a credential. */
export const isSecretName = (name: string): boolean => name !== 'prompt_cache_key' && secretWords.test(name)

/** Entries as they are, with variables looked up and credentials wrapped. */
export function readProviderParams(context: Context, entries: Iterable<MapEntry>, path: string): ProviderParams {
  const params: Record<string, unknown> = {}
  for (const { key, node } of entries) {
    if (isNothing(node)) continue
    const value = isSecretName(key) ? readSecret(context, node, `${path}.${key}`) : plainResolved(context, node, `${path}.${key}`)
    if (value !== undefined) params[key] = value
  }
  return params
}

/** Text, or a mapping as Google's service accounts are written, which becomes JSON. */
function readSecret(context: Context, node: YamlNode, path: string): Secret | undefined {
  if (node.kind !== 'scalar') return new Secret(JSON.stringify(plainResolved(context, node, path)))
  const text = resolveScalar(context, node, path)?.text
  return text === undefined ? undefined : new Secret(text)
}
