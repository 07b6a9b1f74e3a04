import type { Outgoing, ProviderEnv, Target } from '@switchyard/core'
import { base64, signatureOf, signerOf } from './credentials.ts'

const signed = ['date', '(request-target)', 'host', 'content-length', 'content-type', 'x-content-sha256'] as const

/** The signature of a POST (docs.oracle.com, "Request Signatures", 2026-11-22). */
export async function sign(outgoing: Outgoing, target: Target, env: ProviderEnv): Promise<void> {
  const { keyId, key } = await signerOf(target, env)
  const { host, pathname, search } = new URL(outgoing.url)
  const body = Uint8Array.from(outgoing.body ?? [])
  const { headers } = outgoing
  headers['date'] = new Date(env.now()).toUTCString()
  headers['x-content-sha256'] = base64(new Uint8Array(await crypto.subtle.digest('SHA-256', body)))
  const values: Readonly<Record<(typeof signed)[number], string>> = {
    date: headers['date'],
    '(request-target)': `${outgoing.method.toLowerCase()} ${pathname}${search}`,
    host,
    'content-length': String(body.length),
    'content-type': headers['content-type'] ?? 'application/json',
    'x-content-sha256': headers['x-content-sha256'],
  }
  const signature = await signatureOf(key, signed.map((name) => `${name}: ${values[name]}`).join('\n'))
  headers['authorization'] =
    `Signature version="1",keyId="${keyId}",algorithm="rsa-sha256",headers="${signed.join(' ')}",signature="${signature}"`
}
