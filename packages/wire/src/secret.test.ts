import assert from 'node:assert/strict'
import { it } from 'node:test'
import { format, inspect } from 'node:util'
import { Secret } from './secret.ts'

it('a secret cannot be printed', () => {
  const secret = new Secret('sk-hidden')
  const holder = { deployment: { key: secret, list: [secret] } }
  const printed = [
    String(secret),
    `key ${secret.toString()}`,
    JSON.stringify(holder),
    inspect(holder, { depth: 9, showHidden: true }),
    format('%s %o %j', secret, holder, holder),
    Object.values(secret).join(''),
    JSON.stringify(Object.fromEntries(Object.entries(secret))),
    JSON.stringify(Object.getOwnPropertyNames(secret)),
    new Error('x', { cause: secret }).stack ?? '',
    inspect(new Error('x', { cause: secret })),
  ]
  for (const text of printed) assert(!text.includes('sk-hidden'), text)
  assert.equal(secret.reveal(), 'sk-hidden')
})
