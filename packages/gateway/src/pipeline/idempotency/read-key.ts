import type { Ask } from '@switchyard/core'
import { fail } from '@switchyard/wire'
import { createHash } from 'node:crypto'
import type { RequestHeaders } from '../../http/listener.ts'

/** The client's name for its call, by which it may be repeated; undefined when it gave none. */
export function idempotencyKey(headers: RequestHeaders): string | undefined {
  const usual = headers.get('idempotency-key')
  const prefixed = headers.get('x-idempotency-key')
  const key = usual ?? prefixed
  if (key === null) return undefined
  if (usual !== null && prefixed !== null && usual !== prefixed)
    throw badKey('Idempotency-Key and X-Idempotency-Key differ: send one of them.')
  if (!/^[\x20-\x7e]{1,255}$/.test(key)) throw badKey('Idempotency-Key must have 1 to 255 printable ASCII characters.')
  return key
}

const badKey = (message: string): Error => fail('bad_request', message, { param: 'Idempotency-Key' })

/** Tells requests apart. A form's fields and files count, not its boundary, which is another one each time. */
export function fingerprintOf({ path, body }: Ask): string {
  const hash = createHash('sha256')
    .update(`${JSON.stringify(path)}\n${body.bytes.length}\n`)
    .update(body.bytes)
  for (const { bytes, ...file } of body.files ?? []) hash.update(`\n${JSON.stringify(file)}\n${bytes.length}\n`).update(bytes)
  return hash.digest('base64url')
}
