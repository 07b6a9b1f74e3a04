import { fail, type GatewayError } from '@switchyard/wire'
import type { Gateway } from '../gateway.ts'
import type { Identity } from '../identity/index.ts'
import type { Route } from '../http/route.ts'
import type { Snapshot } from '../snapshot.ts'
import type { KeyRecord } from '../store/index.ts'
import { isClientSecret, readClientSecret, type ClientSecret } from '../realtime/client-secret.ts'
import { readCredential, type Credential } from './credential.ts'
import type { RequestHeaders } from '../http/listener.ts'

/** Who calls. Nothing but this decides what a request may do. */
export type Principal =
  | { readonly kind: 'anonymous' }
  | { readonly kind: 'master' }
  | {
      readonly kind: 'key'
      readonly record: KeyRecord
      /** Given out for this key: it opens realtime sessions of one model, and nothing else. */
      readonly secret?: ClientSecret
    }

const anonymous: Principal = { kind: 'anonymous' }
const master: Principal = { kind: 'master' }

export interface Identification {
  readonly gateway: Gateway
  readonly snapshot: Snapshot
  readonly route: Route
  readonly headers: RequestHeaders
  readonly queryKey: string | null
  /** Where the request came from. */
  readonly ip: string | null
}

/** Finds the caller and checks the route's auth class. Answers at once when the key is cached. */
export function identify(of: Identification): Principal | Promise<Principal> {
  if (of.route.auth === 'public') return anonymous
  const customHeader = of.snapshot.config.server.keyHeaderName
  const credential = readCredential({
    headers: of.headers,
    customHeader,
    queryKey: of.queryKey,
    isAnyScheme: of.route.ofProvider !== undefined,
  })
  if (credential === undefined) {
    throw fail('auth', 'Authentication Error, No api key passed in. Send "Authorization: Bearer sk-…".', {
      type: 'auth_error',
      param: 'None',
      code: '401',
    })
  }
  if (credential.others.length > 0) return identifyAmongMany(of, credential)
  const found = principalOf(of.gateway, credential.key)
  return found instanceof Promise ? found.then((principal) => admitted(principal, of)) : admitted(found, of)
}

/** Several credentials: the first decides, but a second one that is also ours and another is a mistake or an attack. */
async function identifyAmongMany(of: Identification, credential: Credential): Promise<Principal> {
  const { gateway } = of
  const principal = await principalOf(gateway, credential.key)
  if (principal === undefined) throw unknownKey(of)
  for (const key of credential.others) {
    if ((await principalOf(gateway, key)) !== undefined) {
      throw fail('bad_request', 'The request holds two different keys of this gateway; send one.', { param: 'authorization' })
    }
  }
  return admitted(principal, of)
}

function principalOf({ identity }: Gateway, key: string): Principal | undefined | Promise<Principal | undefined> {
  if (isClientSecret(key)) return holderOf(identity, key)
  if (key.length > maxKeyLength) return undefined
  const hash = identity.directory.hash(key)
  if (identity.isMasterHash(hash)) return master
  if (!key.startsWith('sk-')) return undefined
  const found = identity.directory.find(key, hash)
  return found instanceof Promise ? found.then(asPrincipal) : asPrincipal(found)
}

/** The key for which the secret was made: what it is not allowed any more, its secrets are not either. */
async function holderOf({ directory, keys }: Identity, key: string): Promise<Principal | undefined> {
  const secret = readClientSecret(directory, key)
  const record = secret && (await keys.infoOf(secret.keyId))
  return record && { kind: 'key', record, secret }
}

/** Longer credentials are not keys; hashing them is work for nothing. */
const maxKeyLength = 512

const asPrincipal = (record: KeyRecord | undefined): Principal | undefined =>
  record === undefined ? undefined : { kind: 'key', record }

function admitted(principal: Principal | undefined, of: Identification): Principal {
  const { route } = of
  if (principal === undefined) throw unknownKey(of)
  if (principal.kind === 'key') {
    if (principal.secret !== undefined) admitSecret(principal.secret, route)
    admitKey(principal.record, route)
  }
  return principal
}

const realtimePath = /^(?:\/openai)?(?:\/v1)?\/realtime$/

function admitSecret({ expiresAtMs }: ClientSecret, { method, path }: Route): void {
  if (expiresAtMs <= Date.now()) throw refusal('This client secret expired. Ask for a new one.', 'expired_key')
  if (method !== 'GET' || !realtimePath.test(path))
    throw refusal('A client secret opens the WebSocket of /v1/realtime, and nothing else.', 'auth_error')
}

/** May this key be used now, and for this route? Throws why not. */
export function admitKey(record: KeyRecord, route: Route): void {
  if (record.blocked) throw refusal('This key is blocked. The operator can unblock it with POST /key/unblock.', 'auth_error')
  if (record.expiresAt !== null && record.expiresAt <= Date.now()) {
    throw refusal(
      `This key expired at ${new Date(record.expiresAt).toISOString()}. Ask the operator for a new one.`,
      'expired_key',
    )
  }
  if (route.auth === 'admin') throw refusal(`Only the operator's master key may use ${route.method} ${route.path}.`, 'auth_error')
  if (!mayUseRoute(record, route)) {
    throw fail('forbidden', `This key may not use ${route.method} ${route.path}.`, {
      type: 'key_route_access_denied',
      code: '403',
    })
  }
}

function unknownKey({ gateway, snapshot, ip }: Identification): GatewayError {
  const waitMs = gateway.wrongKeys.add(ip, snapshot.config.switchyard.wrongKeysPerMinute)
  if (waitMs !== undefined) {
    return fail('rate_limited', 'Too many unknown keys came from this address. Keys that are known here are served.', {
      param: 'key',
      code: 'too_many_unknown_keys',
      retryAfterMs: waitMs,
    })
  }
  return fail(
    'auth',
    'Authentication Error, Invalid proxy server token passed: the key is not known here. Check it, or ask the operator for one.',
    {
      type: 'token_not_found_in_db',
      param: 'key',
      code: '401',
    },
  )
}

const refusal = (message: string, type: string): GatewayError =>
  fail('auth', `Authentication Error, ${message}`, { type, param: 'key', code: '401' })

/** What a client of a model needs: the calls, the lists of what can be called, the responses that its calls left, its reports. */
const isLlmRoute = ({ meter, path }: Route): boolean =>
  meter === 'call' ||
  path === '/api/event_logging/batch' ||
  /^(?:\/cursor|\/openai)?(?:\/v1(?:beta)?)?\/(?:models|realtime|responses|vector_store)(?:\/|$)/.test(path)

/** Groups of routes that LiteLLM's `allowed_routes` and `key_type` name. */
function mayUseRoute({ allowedRoutes, keyType }: KeyRecord, route: Route): boolean {
  if (keyType === 'llm_api' && !isLlmRoute(route)) return false
  if (keyType === 'management' && route.meter === 'call') return false
  if (keyType === 'read_only' && (route.meter === 'call' || route.method !== 'GET')) return false
  if (allowedRoutes.length === 0) return true
  return allowedRoutes.some((entry) => {
    if (entry === 'llm_api_routes' || entry === 'openai_routes') return isLlmRoute(route)
    if (entry === 'info_routes') return route.method === 'GET'
    if (entry === 'management_routes') return route.meter === 'free'
    return entry === route.path || (entry.endsWith('/*') && route.path.startsWith(entry.slice(0, -1)))
  })
}
