import type { ErrorKind } from '@switchyard/wire'
import type { SQLInputValue } from 'node:sqlite'
import type { AttemptStatus, LedgerRow, RollupRow } from '../ledger-row.ts'
import { flag, integer, integerOrNull, jsonObject, jsonStrings, type SqlRow, text, textOrNull } from './row.ts'

const columns = [
  'id',
  'request_id',
  'attempt',
  'provider_request_id',
  'call_type',
  'key_id',
  'user_id',
  'team_id',
  'end_user',
  'model',
  'model_group',
  'deployment_id',
  'provider',
  'api_base',
  'status',
  'error_kind',
  'start_ms',
  'end_ms',
  'first_byte_ms',
  'input_tokens',
  'output_tokens',
  'cache_read_tokens',
  'cache_write_tokens',
  'reasoning_tokens',
  'total_tokens',
  'estimated',
  'unpriced',
  'spend_nano',
  'tags',
  'session_id',
  'metadata',
  'ip',
] as const

export const insertLedgerRow = `INSERT INTO ledger (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})
  ON CONFLICT (id) DO NOTHING`

/** In the order of `columns`. */
export const ledgerValues = (row: LedgerRow): SQLInputValue[] => [
  row.id,
  row.requestId,
  row.attempt,
  row.providerRequestId,
  row.callType,
  row.keyId,
  row.userId,
  row.teamId,
  row.endUser,
  row.model,
  row.modelGroup,
  row.deploymentId,
  row.provider,
  row.apiBase,
  row.status,
  row.errorKind,
  row.startMs,
  row.endMs,
  row.firstByteMs,
  row.inputTokens,
  row.outputTokens,
  row.cacheReadTokens,
  row.cacheWriteTokens,
  row.reasoningTokens,
  row.totalTokens,
  row.estimated ? 1 : 0,
  row.unpriced ? 1 : 0,
  row.spendNano,
  JSON.stringify(row.tags),
  row.sessionId,
  JSON.stringify(row.metadata),
  row.ip,
]

function status(row: SqlRow): AttemptStatus {
  const value = text(row, 'status')
  if (value === 'success' || value === 'failure' || value === 'cancelled' || value === 'lost') return value
  throw new TypeError(`unknown status ${value} in the ledger`)
}

export const readLedgerRow = (row: SqlRow): LedgerRow => ({
  id: text(row, 'id'),
  requestId: text(row, 'request_id'),
  attempt: integer(row, 'attempt'),
  providerRequestId: textOrNull(row, 'provider_request_id'),
  callType: text(row, 'call_type'),
  keyId: text(row, 'key_id'),
  userId: textOrNull(row, 'user_id'),
  teamId: textOrNull(row, 'team_id'),
  endUser: textOrNull(row, 'end_user'),
  model: text(row, 'model'),
  modelGroup: text(row, 'model_group'),
  deploymentId: textOrNull(row, 'deployment_id'),
  provider: text(row, 'provider'),
  apiBase: textOrNull(row, 'api_base'),
  status: status(row),
  // Only GatewayError kinds are ever written; a kind that was retired since is still worth showing.
  errorKind: textOrNull(row, 'error_kind') as ErrorKind | null,
  startMs: integer(row, 'start_ms'),
  endMs: integer(row, 'end_ms'),
  firstByteMs: integerOrNull(row, 'first_byte_ms'),
  inputTokens: integer(row, 'input_tokens'),
  outputTokens: integer(row, 'output_tokens'),
  cacheReadTokens: integer(row, 'cache_read_tokens'),
  cacheWriteTokens: integer(row, 'cache_write_tokens'),
  reasoningTokens: integer(row, 'reasoning_tokens'),
  totalTokens: integer(row, 'total_tokens'),
  estimated: flag(row, 'estimated'),
  unpriced: flag(row, 'unpriced'),
  spendNano: integer(row, 'spend_nano'),
  tags: jsonStrings(row, 'tags'),
  sessionId: textOrNull(row, 'session_id'),
  metadata: jsonObject(row, 'metadata'),
  ip: textOrNull(row, 'ip'),
})

export const readRollupRow = (row: SqlRow): RollupRow => ({
  day: text(row, 'day'),
  keyId: text(row, 'key_id'),
  model: text(row, 'model'),
  provider: text(row, 'provider'),
  requests: integer(row, 'requests'),
  successes: integer(row, 'successes'),
  failures: integer(row, 'failures'),
  inputTokens: integer(row, 'input_tokens'),
  outputTokens: integer(row, 'output_tokens'),
  cacheReadTokens: integer(row, 'cache_read_tokens'),
  cacheWriteTokens: integer(row, 'cache_write_tokens'),
  reasoningTokens: integer(row, 'reasoning_tokens'),
  spendNano: integer(row, 'spend_nano'),
})
