import { usdFromNano, type JsonObject } from '@switchyard/wire'
import { statusOf } from '../../identity/index.ts'
import type { KeyRecord } from '../../store/index.ts'

const iso = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString())
const usd = (nano: number | null): number | null => (nano === null ? null : usdFromNano(nano))

/** A key's row as LiteLLM's clients read it (facts §1.5, Appendix A). */
export function keyView(record: KeyRecord): JsonObject {
  return {
    token: record.id,
    key_name: record.name,
    key_alias: record.alias,
    spend: usd(record.spendNano),
    total_spend: usd(record.totalSpendNano),
    expires: iso(record.expiresAt),
    models: record.models,
    aliases: record.aliases,
    config: {},
    user_id: record.userId,
    team_id: record.teamId,
    organization_id: record.organizationId,
    permissions: record.permissions,
    max_parallel_requests: record.maxParallelRequests,
    metadata: record.metadata,
    blocked: record.blocked,
    tpm_limit: record.tpmLimit,
    rpm_limit: record.rpmLimit,
    max_budget: usd(record.maxBudgetNano),
    budget_duration: record.budgetDuration,
    budget_reset_at: iso(record.budgetResetAt),
    allowed_routes: record.allowedRoutes,
    key_type: record.keyType,
    created_at: iso(record.createdAt),
    created_by: record.createdBy,
    updated_at: iso(record.updatedAt),
    updated_by: record.updatedBy,
    status: statusWord(record),
  }
}

/** LiteLLM's word for a blocked key. */
function statusWord(record: KeyRecord): string {
  const status = statusOf(record, Date.now())
  return status === 'blocked' ? 'revoked' : status
}
