import { fail, isObject, kindOfUpstream, stringOf, type ErrorKind, type GatewayError } from '@switchyard/wire'

/** Exceptions by name, in lower case (native-wire facts §3.5 and §3.7, 2026-11-22); a status says less. */
const kinds: ReadonlyMap<string, ErrorKind> = new Map([
  ['accessdeniedexception', 'forbidden'],
  ['expiredtokenexception', 'auth'],
  ['incompletesignatureexception', 'auth'],
  ['internalserverexception', 'internal'],
  ['invalidsignatureexception', 'auth'],
  ['missingauthenticationtokenexception', 'auth'],
  ['modelnotreadyexception', 'unavailable'],
  ['modelstreamerrorexception', 'bad_gateway'],
  ['modeltimeoutexception', 'timeout'],
  ['resourcenotfoundexception', 'not_found'],
  ['servicequotaexceededexception', 'rate_limited'],
  ['serviceunavailableexception', 'unavailable'],
  ['throttlingexception', 'rate_limited'],
  ['unrecognizedclientexception', 'auth'],
])

/** What AWS says of credentials that it refuses: the status is 403 then, as for a model that may not be used. */
const credentialTexts =
  /security token included in the request is (?:invalid|expired)|signature we calculated does not match|token has expired|bearer token|api key (?:format is|is not) valid|missing authentication token/i

/** An error reply, or an exception inside a stream (`status` 0); `__type` is there in some replies and in every exception. */
export function readError(status: number, body: unknown): GatewayError {
  const error = isObject(body) ? body : {}
  const type = (stringOf(error['__type']) ?? stringOf(error['code']) ?? '').replace(/^.*#/, '')
  // SageMaker repeats what the container behind it said.
  const said =
    stringOf(error['OriginalMessage']) ??
    stringOf(error['message']) ??
    stringOf(error['Message']) ??
    (typeof body === 'string' ? body.trim() : '')
  const message = said === '' ? (type === '' ? 'the provider sent no message' : type) : said
  return fail(kindOf(status, message, type), message, {
    upstreamBody: body,
    ...(type === '' ? {} : { code: type }),
    ...(status === 0 ? {} : { upstreamStatus: status }),
  })
}

function kindOf(status: number, message: string, type: string): ErrorKind {
  const named = kinds.get(type.toLowerCase())
  if (named !== undefined) return named
  if ((status === 401 || status === 403 || status === 0) && credentialTexts.test(message)) return 'auth'
  const kind = kindOfUpstream(status, message, type)
  return status === 0 && kind === 'internal' && /^validationexception$/i.test(type) ? 'bad_request' : kind
}
