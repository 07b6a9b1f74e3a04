import { fail } from '@switchyard/wire'
import type { Snapshot } from '../snapshot.ts'
import type { Principal } from './identify.ts'

/** The model that the key's own aliases make of a name. */
export const aliased = (principal: Principal, model: string): string =>
  principal.kind === 'key' && Object.hasOwn(principal.record.aliases, model) ? (principal.record.aliases[model] ?? model) : model

/** May this caller use the model? Throws LiteLLM's refusal (facts §1.3). */
export function requireModel(principal: Principal, model: string, snapshot: Snapshot): void {
  if (mayUseModel(principal, model, snapshot)) return
  throw fail('forbidden', `This key may not use the model "${model}". GET /v1/models lists the ones that it may use.`, {
    type: 'key_model_access_denied',
    param: 'model',
    code: '403',
  })
}

export function mayUseModel(principal: Principal, model: string, snapshot: Snapshot): boolean {
  if (principal.kind === 'master') return true
  if (principal.kind === 'anonymous') return false
  const { models } = principal.record
  // As LiteLLM has it where a tool is not denied by default (facts §9, 2026-11-22).
  if (models.length === 0 || snapshot.searchTools.has(model)) return true
  return models.some((entry) => entryAllows(entry, model, snapshot))
}

/** An entry is a model name, a wildcard, an access group, or one of LiteLLM's special words. */
function entryAllows(entry: string, model: string, snapshot: Snapshot): boolean {
  if (entry === model || entry === 'all-proxy-models' || entry === '*') return true
  const star = entry.indexOf('*')
  if (star >= 0) {
    const [prefix, suffix] = [entry.slice(0, star), entry.slice(star + 1)]
    return model.length >= prefix.length + suffix.length && model.startsWith(prefix) && model.endsWith(suffix)
  }
  return snapshot.accessGroups.get(entry)?.has(model) ?? false
}
