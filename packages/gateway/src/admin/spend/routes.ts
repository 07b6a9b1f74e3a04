import { fail, usdFromNano, type JsonObject } from '@switchyard/wire'
import type { Context } from '../../http/context.ts'
import { jsonResponse } from '../../http/reply.ts'
import type { LedgerFilter, LedgerRow, RollupRow } from '../../store/index.ts'

const maxRows = 1000

/**
 * LiteLLM's GET /spend/logs: rows, newest first; with `start_date` and `end_date` and without `summarize=false`, sums by
 * day. A key sees its own rows only.
 */
export async function logs(context: Context): Promise<Response> {
  const { query, gateway } = context
  await gateway.money.ship()
  const from = day(query, 'start_date')
  const to = day(query, 'end_date')
  const keyId = await keyOf(context)
  const requestId = query.get('request_id')
  if (from !== undefined && to !== undefined && requestId === null && query.get('summarize') !== 'false') {
    const rollups = await gateway.store.ledger.rollups(from, to)
    return jsonResponse(summary(rollups.filter((row) => keyId === undefined || row.keyId === keyId)))
  }
  const filter: LedgerFilter = {
    ...(keyId === undefined ? {} : { keyId }),
    ...(requestId === null ? {} : { requestId }),
    ...(from === undefined ? {} : { fromMs: Date.parse(from) }),
    ...(to === undefined ? {} : { toMs: Date.parse(to) + 24 * 3600 * 1000 }),
    offset: number(query, 'offset', 0),
    limit: Math.min(maxRows, number(query, 'limit', 100)),
  }
  return jsonResponse((await gateway.store.ledger.list(filter)).map(rowView))
}

async function keyOf({ principal, query, gateway }: Context): Promise<string | undefined> {
  const asked = query.get('api_key')
  if (principal.kind === 'key') {
    if (asked !== null && (await gateway.identity.keys.infoOf(asked))?.id !== principal.record.id) {
      throw fail('forbidden', 'This key sees its own spend only.', { param: 'api_key' })
    }
    return principal.record.id
  }
  if (asked === null) return undefined
  return (await gateway.identity.keys.infoOf(asked))?.id ?? asked
}

/** One row under LiteLLM's names (facts §1.6), with ours beside them where it has none. */
function rowView(row: LedgerRow): JsonObject {
  return {
    request_id: row.id,
    litellm_call_id: row.requestId,
    attempt: row.attempt,
    provider_request_id: row.providerRequestId,
    upstream_status: row.upstreamStatus,
    call_type: row.callType,
    api_key: row.keyId,
    spend: usdFromNano(row.spendNano),
    spend_nano_usd: row.spendNano,
    total_tokens: row.totalTokens,
    prompt_tokens: row.inputTokens,
    completion_tokens: row.outputTokens,
    cache_read_input_tokens: row.cacheReadTokens,
    cache_creation_input_tokens: row.cacheWriteTokens,
    reasoning_tokens: row.reasoningTokens,
    estimated: row.estimated,
    unpriced: row.unpriced,
    startTime: new Date(row.startMs).toISOString(),
    endTime: new Date(row.endMs).toISOString(),
    completionStartTime: row.firstByteMs === null ? null : new Date(row.firstByteMs).toISOString(),
    request_duration_ms: row.endMs - row.startMs,
    model: row.model,
    model_id: row.deploymentId,
    model_group: row.modelGroup,
    custom_llm_provider: row.provider,
    api_base: row.apiBase,
    user: row.userId,
    end_user: row.endUser,
    team_id: row.teamId,
    request_tags: row.tags,
    session_id: row.sessionId,
    status: row.status,
    error_kind: row.errorKind,
    requester_ip_address: row.ip,
    metadata: row.metadata,
  }
}

function summary(rollups: readonly RollupRow[]): readonly JsonObject[] {
  return [...Map.groupBy(rollups, (row) => row.day)].map(([date, rows]) => ({
    startTime: date,
    spend: usdFromNano(sum(rows)),
    users: bySum(rows, (row) => row.keyId),
    models: bySum(rows, (row) => row.model),
  }))
}

const sum = (rows: readonly RollupRow[]): number => rows.reduce((total, row) => total + row.spendNano, 0)

const bySum = (rows: readonly RollupRow[], key: (row: RollupRow) => string): JsonObject =>
  Object.fromEntries([...Map.groupBy(rows, key)].map(([name, group]) => [name, usdFromNano(sum(group))]))

function day(query: URLSearchParams, name: string): string | undefined {
  const text = query.get(name)
  if (text === null) return undefined
  const date = text.slice(0, 10)
  if (/^\d{4}-\d{2}-\d{2}$/.test(date) && !Number.isNaN(Date.parse(date))) return date
  throw fail('bad_request', `"${name}" must be a date: 2026-11-22.`, { param: name })
}

function number(query: URLSearchParams, name: string, otherwise: number): number {
  const text = query.get(name)
  if (text === null) return otherwise
  const value = Number(text)
  if (Number.isSafeInteger(value) && value >= 0) return value
  throw fail('bad_request', `"${name}" must be a whole number that is not negative.`, { param: name })
}
