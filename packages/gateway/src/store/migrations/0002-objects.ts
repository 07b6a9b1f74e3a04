/** What belongs to one owner is listed, newest first. */
export const objects = `
CREATE INDEX responses_owner ON responses (key_id, expires_at);
`
