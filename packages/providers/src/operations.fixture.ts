import assert from 'node:assert/strict'
import type {
  Binary,
  Codec,
  FormFile,
  Incoming,
  MeasuredOperation,
  Outgoing,
  Payload,
  Provider,
  ProviderEnv,
  Target,
} from '@switchyard/core'
import { isGatewayError, Secret, type ErrorKind, type JsonObject } from '@switchyard/wire'

export function targetFor(model: string, more: Partial<Target> = {}): Target {
  return {
    model,
    baseUrl: 'https://provider.example',
    key: new Secret('k'),
    params: {},
    traits: { id: model, supports: new Set(), lacks: new Set() },
    ...more,
  }
}

export const codecOf = (provider: Provider, operation: MeasuredOperation | 'embedding'): Codec =>
  provider.codecs?.[operation] ?? assert.fail(`${provider.id} has no codec for ${operation}`)

export const jsonOf = (payload: Payload): JsonObject => ('json' in payload ? payload.json : assert.fail('not JSON'))
export const binaryOf = (payload: Payload): Binary => ('binary' in payload ? payload.binary : assert.fail('not bytes'))

export const file = (field: string, bytes: readonly number[] = [1, 2, 3], contentType = 'image/png'): FormFile => ({
  field,
  filename: `${field}.bin`,
  contentType,
  bytes: new Uint8Array(bytes),
})

/** For assert.throws: a failure of this kind. */
export const ofKind =
  (kind: ErrorKind) =>
  (error: unknown): boolean =>
    isGatewayError(error) && error.kind === kind

const encoder = new TextEncoder()

export const replied = (body: JsonObject | Uint8Array, status = 200, headers: Record<string, string> = {}): Incoming => {
  const bytes = body instanceof Uint8Array ? body : encoder.encode(JSON.stringify(body))
  return { status, headers: new Headers(headers), body: null, whole: () => Promise.resolve(bytes) }
}

export interface Exchanged {
  readonly sent: readonly Outgoing[]
  readonly last: Uint8Array
  readonly status: number
}

/** What a provider's exchange asks for, with these answers; the clock goes on by `paceMs` a request. */
export async function exchanged(
  provider: Provider,
  outgoing: Outgoing,
  replies: readonly Incoming[],
  paceMs = 0,
): Promise<Exchanged> {
  const sent: Outgoing[] = []
  const left = [...replies]
  const env: ProviderEnv = {
    variable: () => undefined,
    now: () => sent.length * paceMs,
    send: (one) => {
      sent.push(one)
      return Promise.resolve(left.shift() ?? assert.fail('one request too many'))
    },
  }
  const last =
    (await provider.exchange?.(outgoing, targetFor('m'), env, new AbortController().signal)) ?? assert.fail('no exchange')
  return { sent, last: (await last.whole?.()) ?? new Uint8Array(), status: last.status }
}

export const posted = (url: string, body = '{}', headers: Record<string, string> = { authorization: 'Bearer k' }): Outgoing => ({
  url,
  method: 'POST',
  headers: { 'content-type': 'application/json', ...headers },
  body: encoder.encode(body),
})
