/** Amounts are integers: nano-USD for money, requests for gauges. Times are Unix milliseconds. */
export const initial = `
CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE changes (
  revision INTEGER PRIMARY KEY AUTOINCREMENT,
  topic TEXT NOT NULL,
  id TEXT NOT NULL
) STRICT;

CREATE TABLE keys (
  id TEXT PRIMARY KEY,
  hash TEXT UNIQUE,
  legacy_hash TEXT UNIQUE,
  key_name TEXT NOT NULL,
  key_alias TEXT,
  models TEXT NOT NULL,
  aliases TEXT NOT NULL,
  expires_at INTEGER,
  blocked INTEGER NOT NULL,
  rpm_limit INTEGER,
  tpm_limit INTEGER,
  max_parallel_requests INTEGER,
  metadata TEXT NOT NULL,
  permissions TEXT NOT NULL,
  user_id TEXT,
  team_id TEXT,
  organization_id TEXT,
  allowed_routes TEXT NOT NULL,
  key_type TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  created_by TEXT,
  updated_at INTEGER NOT NULL,
  updated_by TEXT,
  deleted_at INTEGER,
  deleted_by TEXT,
  CHECK ((hash IS NULL) <> (legacy_hash IS NULL))
) STRICT;
CREATE UNIQUE INDEX keys_alias ON keys (key_alias) WHERE deleted_at IS NULL;
CREATE INDEX keys_user ON keys (user_id);
CREATE INDEX keys_team ON keys (team_id);
CREATE INDEX keys_created ON keys (created_at);

CREATE TABLE budgets (
  id TEXT PRIMARY KEY,
  max_amount INTEGER,
  settled INTEGER NOT NULL DEFAULT 0,
  total INTEGER NOT NULL DEFAULT 0,
  duration TEXT,
  period_start INTEGER NOT NULL,
  reset_at INTEGER,
  lease_version INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX budgets_reset ON budgets (reset_at) WHERE reset_at IS NOT NULL;

CREATE TABLE leases (
  budget_id TEXT NOT NULL,
  owner TEXT NOT NULL,
  amount INTEGER NOT NULL CHECK (amount > 0),
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (budget_id, owner)
) STRICT, WITHOUT ROWID;
CREATE INDEX leases_owner ON leases (owner);

CREATE TABLE rate_windows (
  bucket TEXT NOT NULL,
  slot INTEGER NOT NULL,
  used INTEGER NOT NULL CHECK (used >= 0),
  PRIMARY KEY (bucket, slot)
) STRICT, WITHOUT ROWID;

CREATE TABLE ledger (
  id TEXT PRIMARY KEY,
  request_id TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  provider_request_id TEXT,
  call_type TEXT NOT NULL,
  key_id TEXT NOT NULL,
  user_id TEXT,
  team_id TEXT,
  end_user TEXT,
  model TEXT NOT NULL,
  model_group TEXT NOT NULL,
  deployment_id TEXT,
  provider TEXT NOT NULL,
  api_base TEXT,
  status TEXT NOT NULL CHECK (status IN ('success', 'failure', 'cancelled', 'lost')),
  error_kind TEXT,
  start_ms INTEGER NOT NULL,
  end_ms INTEGER NOT NULL,
  first_byte_ms INTEGER,
  input_tokens INTEGER NOT NULL,
  output_tokens INTEGER NOT NULL,
  cache_read_tokens INTEGER NOT NULL,
  cache_write_tokens INTEGER NOT NULL,
  reasoning_tokens INTEGER NOT NULL,
  total_tokens INTEGER NOT NULL,
  estimated INTEGER NOT NULL,
  unpriced INTEGER NOT NULL,
  spend_nano INTEGER NOT NULL CHECK (spend_nano >= 0),
  currency TEXT NOT NULL DEFAULT 'USD',
  tags TEXT NOT NULL,
  session_id TEXT,
  metadata TEXT NOT NULL,
  ip TEXT
) STRICT;
CREATE INDEX ledger_start ON ledger (start_ms);
CREATE INDEX ledger_key ON ledger (key_id, start_ms);

CREATE TABLE rollups (
  day TEXT NOT NULL,
  key_id TEXT NOT NULL,
  model TEXT NOT NULL,
  provider TEXT NOT NULL,
  requests INTEGER NOT NULL,
  successes INTEGER NOT NULL,
  failures INTEGER NOT NULL,
  input_tokens INTEGER NOT NULL,
  output_tokens INTEGER NOT NULL,
  cache_read_tokens INTEGER NOT NULL,
  cache_write_tokens INTEGER NOT NULL,
  reasoning_tokens INTEGER NOT NULL,
  spend_nano INTEGER NOT NULL,
  PRIMARY KEY (day, key_id, model, provider)
) STRICT, WITHOUT ROWID;

CREATE TABLE workers (
  id TEXT PRIMARY KEY,
  host TEXT NOT NULL,
  pid INTEGER NOT NULL,
  started_at INTEGER NOT NULL,
  heartbeat_at INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('live', 'gone'))
) STRICT, WITHOUT ROWID;

CREATE TABLE journals (
  worker TEXT PRIMARY KEY,
  segment INTEGER NOT NULL,
  byte_offset INTEGER NOT NULL,
  sequence INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE dead_letters (
  worker TEXT NOT NULL,
  segment INTEGER NOT NULL,
  byte_offset INTEGER NOT NULL,
  error TEXT NOT NULL,
  record TEXT NOT NULL,
  PRIMARY KEY (worker, segment, byte_offset)
) STRICT;

CREATE TABLE responses (
  id TEXT PRIMARY KEY,
  key_id TEXT NOT NULL,
  body TEXT NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX responses_expiry ON responses (expires_at);
`
