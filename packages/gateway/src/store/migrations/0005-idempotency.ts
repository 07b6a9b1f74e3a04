/** Calls by the names that their clients gave them. One that runs has a worker; `answer` is a whole reply that may be repeated. */
export const idempotency = `
CREATE TABLE idempotency (
  owner TEXT NOT NULL,
  route TEXT NOT NULL,
  name TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  call_id TEXT NOT NULL,
  worker TEXT,
  content_type TEXT,
  answer BLOB,
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (owner, route, name),
  CHECK ((answer IS NULL) = (content_type IS NULL))
) STRICT;
CREATE INDEX idempotency_expiry ON idempotency (expires_at);
`
