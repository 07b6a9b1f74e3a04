/**
 * Files that the gateway keeps itself (their bytes lie on the disk) and batches that it works on. A batch that is open belongs to
 * the worker that is named, until that one is wound up.
 */
export const batches = `
CREATE TABLE files (
  id TEXT PRIMARY KEY,
  owner TEXT NOT NULL,
  filename TEXT NOT NULL,
  content_type TEXT NOT NULL,
  purpose TEXT NOT NULL,
  bytes INTEGER NOT NULL CHECK (bytes >= 0),
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX files_owner ON files (owner);
CREATE INDEX files_expiry ON files (expires_at);

CREATE TABLE batches (
  id TEXT PRIMARY KEY,
  owner TEXT NOT NULL,
  body TEXT NOT NULL,
  is_open INTEGER NOT NULL,
  is_cancelled INTEGER NOT NULL DEFAULT 0,
  worker TEXT,
  created_at INTEGER NOT NULL,
  keep_until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX batches_open ON batches (created_at) WHERE is_open = 1;
CREATE INDEX batches_keep ON batches (keep_until);
`
