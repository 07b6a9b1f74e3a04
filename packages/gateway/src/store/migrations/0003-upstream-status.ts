/** What the provider answered, beside what the client was told. */
export const upstreamStatus = `
ALTER TABLE ledger ADD COLUMN upstream_status INTEGER;
`
