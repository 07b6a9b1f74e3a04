import type { SQLInputValue, StatementSync } from 'node:sqlite'
import type { KeyFilter, KeyRecord, KeySettings, KeyType, KeyUpdate, NewKey } from '../key-record.ts'
import { keyBudgetId, keyGaugeId } from '../key-record.ts'
import { KeyTaken, type KeyStore } from '../store.ts'
import type { SqliteBudgets } from './budgets.ts'
import type { Connection } from './connection.ts'
import { flag, integer, integerOrNull, jsonObject, jsonStringMap, jsonStrings, type SqlRow, text, textOrNull } from './row.ts'

/** The settings that live in the key's own row; the others live in its budget. */
type RowSetting = Exclude<keyof KeySettings, 'maxBudgetNano' | 'budgetDuration' | 'budgetResetAt'>

const columns = {
  alias: 'key_alias',
  models: 'models',
  aliases: 'aliases',
  expiresAt: 'expires_at',
  blocked: 'blocked',
  rpmLimit: 'rpm_limit',
  tpmLimit: 'tpm_limit',
  maxParallelRequests: 'max_parallel_requests',
  metadata: 'metadata',
  permissions: 'permissions',
  userId: 'user_id',
  teamId: 'team_id',
  organizationId: 'organization_id',
  allowedRoutes: 'allowed_routes',
  keyType: 'key_type',
} as const satisfies Record<RowSetting, string>

const isRowSetting = (name: string): name is RowSetting => name in columns

const selectKey = `SELECT k.*, b.max_amount, b.settled, b.total, b.duration, b.reset_at
  FROM keys k LEFT JOIN budgets b ON b.id = 'key:' || k.id`

const isKeyType = (value: string): value is KeyType =>
  value === 'default' || value === 'llm_api' || value === 'management' || value === 'read_only'

function readKey(row: SqlRow): KeyRecord {
  const keyType = text(row, 'key_type')
  return {
    id: text(row, 'id'),
    name: text(row, 'key_name'),
    alias: textOrNull(row, 'key_alias'),
    models: jsonStrings(row, 'models'),
    aliases: jsonStringMap(row, 'aliases'),
    expiresAt: integerOrNull(row, 'expires_at'),
    blocked: flag(row, 'blocked'),
    maxBudgetNano: integerOrNull(row, 'max_amount'),
    budgetDuration: textOrNull(row, 'duration'),
    budgetResetAt: integerOrNull(row, 'reset_at'),
    rpmLimit: integerOrNull(row, 'rpm_limit'),
    tpmLimit: integerOrNull(row, 'tpm_limit'),
    maxParallelRequests: integerOrNull(row, 'max_parallel_requests'),
    metadata: jsonObject(row, 'metadata'),
    permissions: jsonObject(row, 'permissions'),
    userId: textOrNull(row, 'user_id'),
    teamId: textOrNull(row, 'team_id'),
    organizationId: textOrNull(row, 'organization_id'),
    allowedRoutes: jsonStrings(row, 'allowed_routes'),
    // A word of a newer version must not widen what the key may do.
    keyType: isKeyType(keyType) ? keyType : 'read_only',
    spendNano: integerOrNull(row, 'settled') ?? 0,
    totalSpendNano: integerOrNull(row, 'total') ?? 0,
    createdAt: integer(row, 'created_at'),
    createdBy: textOrNull(row, 'created_by'),
    updatedAt: integer(row, 'updated_at'),
    updatedBy: textOrNull(row, 'updated_by'),
    deletedAt: integerOrNull(row, 'deleted_at'),
  }
}

function sqlValue(value: KeySettings[RowSetting]): SQLInputValue {
  if (typeof value === 'boolean') return value ? 1 : 0
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : value
}

/** `UNIQUE constraint failed: keys.key_alias` and its like say which column was taken. */
function asTaken(error: unknown): unknown {
  if (!(error instanceof Error) || !error.message.includes('UNIQUE')) return error
  return new KeyTaken(error.message.includes('key_alias') ? 'key_alias' : 'key')
}

export class SqliteKeys implements KeyStore {
  readonly #db: Connection
  readonly #budgets: SqliteBudgets
  readonly #changed: (id: string) => void
  readonly #byId: StatementSync
  readonly #byHash: StatementSync
  readonly #byLegacyHash: StatementSync
  readonly #remove: StatementSync
  constructor(db: Connection, budgets: SqliteBudgets, changed: (id: string) => void) {
    this.#db = db
    this.#budgets = budgets
    this.#changed = changed
    this.#byId = db.prepare(`${selectKey} WHERE k.id = ?`)
    this.#byHash = db.prepare(`${selectKey} WHERE k.hash = ? AND k.deleted_at IS NULL`)
    this.#byLegacyHash = db.prepare(`${selectKey} WHERE k.legacy_hash = ? AND k.deleted_at IS NULL`)
    this.#remove = db.prepare('UPDATE keys SET deleted_at = ?, deleted_by = ? WHERE id = ? AND deleted_at IS NULL')
  }

  async insert(key: NewKey): Promise<void> {
    const { settings, verifier } = key
    const names = Object.keys(columns).filter(isRowSetting)
    const all = ['id', 'hash', 'legacy_hash', 'key_name', 'created_at', 'created_by', 'updated_at', 'updated_by']
    const values: SQLInputValue[] = [
      key.id,
      'hash' in verifier ? verifier.hash : null,
      'hash' in verifier ? null : verifier.legacyHash,
      key.name,
      key.at,
      key.by,
      key.at,
      key.by,
    ]
    for (const name of names) {
      all.push(columns[name])
      values.push(sqlValue(settings[name]))
    }
    const sql = `INSERT INTO keys (${all.join(', ')}) VALUES (${all.map(() => '?').join(', ')})`
    try {
      await this.#db.writeDurably(() => {
        this.#db.prepare(sql).run(...values)
        this.#putBudgets(key.id, settings, key.at)
        if (key.spendNano > 0) this.#budgets.setSettledNow(keyBudgetId(key.id), key.spendNano)
        this.#changed(key.id)
      })
    } catch (error) {
      throw asTaken(error)
    }
  }

  async update({ id, changes, at, by }: KeyUpdate): Promise<KeyRecord | undefined> {
    try {
      return await this.#db.writeDurably(() => {
        const before = this.#read(id)
        if (before === undefined || before.deletedAt !== null) return undefined
        const names = Object.keys(changes).filter(isRowSetting)
        const assignments = [...names.map((name) => `${columns[name]} = ?`), 'updated_at = ?', 'updated_by = ?']
        const values = names.map((name) => sqlValue(changes[name] ?? null))
        this.#db.prepare(`UPDATE keys SET ${assignments.join(', ')} WHERE id = ?`).run(...values, at, by, id)
        this.#putBudgets(id, { ...before, ...changes }, at)
        this.#changed(id)
        return this.#read(id)
      })
    } catch (error) {
      throw asTaken(error)
    }
  }

  remove(ids: readonly string[], at: number, by: string | null): Promise<readonly string[]> {
    return this.#db.writeDurably(() => {
      const removed = ids.filter((id) => Number(this.#remove.run(at, by, id).changes) === 1)
      for (const id of removed) this.#changed(id)
      return removed
    })
  }

  async byId(id: string): Promise<KeyRecord | undefined> {
    return this.#read(id)
  }

  async byVerifier(
    hash: string,
    legacyHash: string,
  ): Promise<{ readonly record: KeyRecord; readonly legacy: boolean } | undefined> {
    const row = this.#byHash.get(hash)
    if (row !== undefined) return { record: readKey(row), legacy: false }
    const legacy = this.#byLegacyHash.get(legacyHash)
    return legacy === undefined ? undefined : { record: readKey(legacy), legacy: true }
  }

  async rehash(id: string, hash: string): Promise<void> {
    await this.#db.writeDurably(() => {
      this.#db.prepare('UPDATE keys SET hash = ?, legacy_hash = NULL WHERE id = ?').run(hash, id)
    })
  }

  async list(filter: KeyFilter): Promise<{ readonly keys: readonly KeyRecord[]; readonly total: number }> {
    const conditions = [filter.deleted ? 'k.deleted_at IS NOT NULL' : 'k.deleted_at IS NULL']
    const values: string[] = []
    const equal = (column: string, value: string | undefined): void => {
      if (value === undefined) return
      conditions.push(`${column} = ?`)
      values.push(value)
    }
    equal('k.user_id', filter.userId)
    equal('k.team_id', filter.teamId)
    equal('k.key_alias', filter.alias)
    equal('k.id', filter.id)
    const where = `WHERE ${conditions.join(' AND ')}`
    const count = this.#db.prepare(`SELECT count(*) AS total FROM keys k ${where}`).get(...values)
    const page = this.#db.prepare(`${selectKey} ${where} ORDER BY k.created_at DESC, k.id LIMIT ? OFFSET ?`)
    const rows = page.all(...values, Math.min(filter.limit, 100), filter.offset)
    return { keys: rows.map(readKey), total: count === undefined ? 0 : integer(count, 'total') }
  }

  #read(id: string): KeyRecord | undefined {
    const row = this.#byId.get(id)
    return row === undefined ? undefined : readKey(row)
  }

  #putBudgets(id: string, settings: KeySettings, now: number): void {
    const { maxBudgetNano: limit, budgetDuration: duration, budgetResetAt: resetAt } = settings
    this.#budgets.putNow({ id: keyBudgetId(id), limit, duration, resetAt, now })
    this.#budgets.putNow({ id: keyGaugeId(id), limit: settings.maxParallelRequests, duration: null, resetAt: null, now })
  }
}
