import { type KeyRecord, keyBudgetId, keyGaugeId, type Payer } from '../store/index.ts'
import type { RateLimit } from './rates.ts'
import { type Limits, type Stage, stagesOf } from './stages.ts'

/** Who asks, as far as money and limits are concerned. */
export interface Principal {
  readonly payer: Payer
  /** How messages name it: `ci (sk-...abcd)`. */
  readonly label: string
  /** Budgets that are limited: money is reserved in each. */
  readonly budgets: readonly string[]
  /** Budgets that the spend is written to, limited or not. */
  readonly charges: readonly string[]
  readonly rates: readonly RateLimit[]
  /** The gauge of concurrent requests, where they are limited. */
  readonly gauge: { readonly id: string; readonly limit: number } | undefined
  /** What a request of this caller has to pass, made of the limits above: one without limits passes nothing. */
  readonly stages: readonly Stage[]
}

/** The same caller under other limits. */
export const withLimits = (principal: Principal, limits: Limits): Principal => ({
  ...principal,
  ...limits,
  stages: stagesOf(limits),
})

const principals = new WeakMap<KeyRecord, Principal>()

/** The principal of a key; computed once for each cached record. */
export function principalOf(key: KeyRecord): Principal {
  const known = principals.get(key)
  if (known !== undefined) return known
  const budget = keyBudgetId(key.id)
  const rates: RateLimit[] = []
  if (key.rpmLimit !== null) rates.push({ bucket: `rpm:${key.id}`, unit: 'requests', limit: key.rpmLimit })
  if (key.tpmLimit !== null) rates.push({ bucket: `tpm:${key.id}`, unit: 'tokens', limit: key.tpmLimit })
  const limits: Limits = {
    budgets: key.maxBudgetNano === null ? [] : [budget],
    gauge: key.maxParallelRequests === null ? undefined : { id: keyGaugeId(key.id), limit: key.maxParallelRequests },
    rates,
  }
  const principal: Principal = {
    payer: { keyId: key.id, userId: key.userId, teamId: key.teamId },
    label: key.alias === null ? key.name : `${key.alias} (${key.name})`,
    charges: [budget],
    ...limits,
    stages: stagesOf(limits),
  }
  principals.set(key, principal)
  return principal
}

/** The master key: no limits, no store, but its rows stand in the ledger. */
export const masterPrincipal: Principal = {
  payer: { keyId: 'master', userId: 'default_user_id', teamId: null },
  label: 'master key',
  budgets: [],
  charges: [],
  rates: [],
  gauge: undefined,
  stages: [],
}
