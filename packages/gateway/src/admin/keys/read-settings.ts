import { fail, isObject, isString, nanoFromUsd, type JsonObject } from '@switchyard/wire'
import { dateAfter, parseDuration } from '../../config/duration.ts'
import type { KeyParams } from '../../config/config.ts'
import type { KeySettings, KeyType } from '../../store/index.ts'

type Settings = Partial<{ -readonly [K in keyof KeySettings]: KeySettings[K] }>

/**
 * LiteLLM's fields of /key/generate and /key/update as the key's settings: only those that were sent, `null` clears.
 * Wrong types are refused by name; fields that are not known here are refused too, because a limit that is silently
 * ignored is no limit.
 */
export function readKeySettings(body: JsonObject, now: Date): Settings {
  const out: Settings = {}
  for (const [field, value] of Object.entries(body)) {
    const read = Object.hasOwn(readers, field) ? readers[field] : undefined
    if (read !== undefined) read(out, value, field)
    else if (!ignored.has(field)) {
      throw fail('bad_request', `"${field}" is not a setting of keys here. Known: ${Object.keys(readers).join(', ')}.`, {
        param: field,
      })
    }
  }
  const { duration: lifetime } = body
  if (lifetime !== undefined) out.expiresAt = lifetime === null ? null : dateOf(text(lifetime, 'duration'), now)
  return out
}

/** Fields that say which key is meant, or that this gateway understands elsewhere. */
const ignored: ReadonlySet<string> = new Set(['key', 'duration', 'keys', 'key_aliases', 'spend', 'send_invite_email', 'config'])

type Reader = (out: Settings, value: unknown, field: string) => void

const readers: Readonly<Record<string, Reader>> = {
  key_alias: (out, value, field) => void (out.alias = nullable(text)(value, field)),
  models: (out, value, field) => void (out.models = texts(value, field)),
  aliases: (out, value, field) => void (out.aliases = textMap(value, field)),
  blocked: (out, value, field) => void (out.blocked = flag(value, field)),
  max_budget: (out, value, field) => void (out.maxBudgetNano = nullable(dollars)(value, field)),
  budget_duration: (out, value, field) => void (out.budgetDuration = nullable(duration)(value, field)),
  rpm_limit: (out, value, field) => void (out.rpmLimit = nullable(whole)(value, field)),
  tpm_limit: (out, value, field) => void (out.tpmLimit = nullable(whole)(value, field)),
  max_parallel_requests: (out, value, field) => void (out.maxParallelRequests = nullable(whole)(value, field)),
  metadata: (out, value, field) => void (out.metadata = object(value, field)),
  permissions: (out, value, field) => void (out.permissions = object(value, field)),
  user_id: (out, value, field) => void (out.userId = nullable(text)(value, field)),
  team_id: (out, value, field) => void (out.teamId = nullable(text)(value, field)),
  organization_id: (out, value, field) => void (out.organizationId = nullable(text)(value, field)),
  allowed_routes: (out, value, field) => void (out.allowedRoutes = texts(value, field)),
  key_type: (out, value, field) => void (out.keyType = keyType(value, field)),
}

/** The operator's caps on what a new key may have: what is missing gets the cap, what is above it is refused. */
export function withinBounds(settings: Settings, bounds: KeyParams, now: Date): Settings {
  const out = { ...settings }
  const cap = (
    name: 'maxBudgetNano' | 'rpmLimit' | 'tpmLimit' | 'maxParallelRequests',
    limit: number | undefined,
    field: string,
  ): void => {
    if (limit === undefined) return
    const asked = out[name] ?? limit
    if (asked > limit) throw fail('bad_request', `"${field}" is above what the operator allows for keys.`, { param: field })
    out[name] = asked
  }
  cap('maxBudgetNano', bounds.maxBudgetNano, 'max_budget')
  cap('rpmLimit', bounds.rpmLimit, 'rpm_limit')
  cap('tpmLimit', bounds.tpmLimit, 'tpm_limit')
  cap('maxParallelRequests', bounds.maxParallelRequests, 'max_parallel_requests')
  if (bounds.duration !== undefined) {
    const latest = dateOf(bounds.duration, now)
    if (out.expiresAt !== undefined && out.expiresAt !== null && out.expiresAt > latest) {
      throw fail('bad_request', '"duration" is longer than the operator allows for keys.', { param: 'duration' })
    }
    out.expiresAt ??= latest
  }
  return out
}

/** The operator's defaults for what a new key does not say. */
export function keyDefaults(defaults: KeyParams, now: Date): Settings {
  return {
    ...readKeySettings({ ...defaults.rest, ...(defaults.duration === undefined ? {} : { duration: defaults.duration }) }, now),
    ...(defaults.maxBudgetNano === undefined ? {} : { maxBudgetNano: defaults.maxBudgetNano }),
    ...(defaults.budgetDuration === undefined ? {} : { budgetDuration: defaults.budgetDuration }),
    ...(defaults.rpmLimit === undefined ? {} : { rpmLimit: defaults.rpmLimit }),
    ...(defaults.tpmLimit === undefined ? {} : { tpmLimit: defaults.tpmLimit }),
    ...(defaults.maxParallelRequests === undefined ? {} : { maxParallelRequests: defaults.maxParallelRequests }),
  }
}

const wrong = (field: string, expected: string): Error => fail('bad_request', `"${field}" must be ${expected}.`, { param: field })

const nullable =
  <T>(read: (value: unknown, field: string) => T) =>
  (value: unknown, field: string): T | null =>
    value === null ? null : read(value, field)

function text(value: unknown, field: string): string {
  if (isString(value) && value !== '') return value
  throw wrong(field, 'a non-empty string or null')
}

function texts(value: unknown, field: string): readonly string[] {
  if (value === null) return []
  if (Array.isArray(value) && value.every(isString)) return value
  throw wrong(field, 'a list of strings')
}

function textMap(value: unknown, field: string): Readonly<Record<string, string>> {
  const entries = Object.entries(object(value, field))
  return Object.fromEntries(entries.map(([name, target]) => [name, text(target, `${field}.${name}`)]))
}

function object(value: unknown, field: string): JsonObject {
  if (value === null) return {}
  if (isObject(value)) return value
  throw wrong(field, 'an object')
}

function flag(value: unknown, field: string): boolean {
  if (typeof value === 'boolean') return value
  if (value === null) return false
  throw wrong(field, 'true or false')
}

function whole(value: unknown, field: string): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value
  throw wrong(field, 'a whole number that is not negative, or null')
}

const mostUsd = 9_000_000

function dollars(value: unknown, field: string): number {
  if (typeof value === 'number' && value >= 0 && value <= mostUsd) return nanoFromUsd(value)
  throw wrong(field, `an amount in USD between 0 and ${mostUsd}, or null`)
}

const keyTypes: readonly KeyType[] = ['default', 'llm_api', 'management', 'read_only']

function keyType(value: unknown, field: string): KeyType {
  const found = keyTypes.find((type) => type === value)
  if (found === undefined) throw wrong(field, `one of ${keyTypes.join(', ')}`)
  return found
}

function duration(value: unknown, field: string): string {
  const written = text(value, field)
  if (parseDuration(written) === undefined) throw wrong(field, 'a duration such as 30s, 12h, 7d or 1mo')
  return written
}

function dateOf(written: string, now: Date): number {
  const parsed = parseDuration(written)
  if (parsed === undefined) throw wrong('duration', 'a duration such as 30s, 12h, 7d or 1mo')
  return dateAfter(parsed, now).getTime()
}
