import { uuidv7 } from '../uuid.ts'
import {
  type AttemptFacts,
  emptySettings,
  type KeySettings,
  keyBudgetId,
  type LedgerRow,
  type NewKey,
  type Outcome,
  rowId,
} from './index.ts'

export const makeNewKey = (id: string, changes: Partial<KeySettings> = {}): NewKey => ({
  id,
  name: 'sk-...abcd',
  verifier: { hash: `hash-of-${id}` },
  settings: { ...emptySettings, ...changes },
  spendNano: 0,
  at: 1_790_000_000_000,
  by: 'tester',
})

export const makeFacts = (changes: Partial<AttemptFacts> = {}): AttemptFacts => ({
  requestId: uuidv7(),
  attempt: 1,
  callType: 'chat',
  model: 'chat-main',
  modelGroup: 'chat-main',
  deploymentId: 'd-1',
  provider: 'openai',
  apiBase: 'api.openai.com',
  startMs: Date.now(),
  endUser: null,
  sessionId: null,
  ip: '127.0.0.1',
  tags: ['a', 'b'],
  metadata: { team: 'core' },
  ...changes,
})

export const makeOutcome = (spendNano: number, changes: Partial<Outcome> = {}): Outcome => ({
  status: 'success',
  errorKind: null,
  providerRequestId: 'chatcmpl-1',
  upstreamStatus: 200,
  endMs: Date.now(),
  firstByteMs: Date.now(),
  inputTokens: 100,
  outputTokens: 20,
  cacheReadTokens: 10,
  cacheWriteTokens: 5,
  reasoningTokens: 3,
  totalTokens: 120,
  estimated: false,
  unpriced: false,
  spendNano,
  ...changes,
})

export function makeRow(keyId: string, spendNano: number, changes: Partial<LedgerRow> = {}): LedgerRow {
  const facts = makeFacts(changes)
  const id = rowId(facts.requestId, facts.attempt)
  return { id, ...facts, keyId, userId: null, teamId: 't-1', ...makeOutcome(spendNano), ...changes }
}

/** What a shipper sends for rows of one key. */
export const settlementsOf = (rows: readonly LedgerRow[], leased = false) =>
  rows.map((row, index) => {
    const charges = [keyBudgetId(row.keyId)]
    return { sequence: index + 1, row, charges, leased: leased ? charges : [] }
  })

export const rowIdOf = ({ requestId, attempt }: AttemptFacts): string => rowId(requestId, attempt)
