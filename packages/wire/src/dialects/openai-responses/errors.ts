import { fail, type ErrorKind, type GatewayError } from '../../errors.ts'
import { isObject, isString, objectOf, stringOf, type JsonObject } from '../../json.ts'
import { kindOfUpstream } from '../../upstream-errors.ts'

/** What an OpenAI-shaped error body says, however it is wrapped. */
interface Said {
  readonly message: string | undefined
  readonly type: string | undefined
  readonly code: string | undefined
  readonly param: string | undefined
}

function said(body: unknown): Said {
  const outer = objectOf(body)
  const error = outer?.['error']
  const inner = objectOf(error) ?? outer
  const code = inner?.['code']
  return {
    message: stringOf(inner?.['message']) ?? stringOf(error) ?? stringOf(outer?.['detail']) ?? textOf(body),
    type: stringOf(inner?.['type']),
    code: typeof code === 'number' ? String(code) : stringOf(code),
    param: stringOf(inner?.['param']),
  }
}

/** A proxy's HTML page is not a message. */
const textOf = (body: unknown): string | undefined =>
  isString(body) && body.trim() !== '' && !body.trimStart().startsWith('<') ? body.slice(0, 2000) : undefined

export function readError(status: number, body: unknown): GatewayError {
  const { message, type, code, param } = said(body)
  const text = message ?? `The provider answered with status ${status} and no message.`
  return fail(kindOfUpstream(status, text, code ?? type), text, {
    upstreamStatus: status,
    ...(isObject(body) ? { upstreamBody: body } : {}),
    ...(code === undefined ? {} : { code }),
    ...(param === undefined ? {} : { param }),
  })
}

/**
 * Codes of errors inside a stream or a failed response that the shared words do not know (openai-node 6.49
 * `ResponseError.code`; the overload codes from openai/codex's reader; read 2026-11-22).
 */
const kindOfCode: Readonly<Record<string, ErrorKind>> = {
  invalid_prompt: 'bad_request',
  data_residency_mismatch: 'bad_request',
  invalid_image: 'bad_request',
  invalid_image_format: 'bad_request',
  invalid_base64_image: 'bad_request',
  invalid_image_url: 'bad_request',
  invalid_image_mode: 'bad_request',
  image_too_large: 'bad_request',
  image_too_small: 'bad_request',
  image_parse_error: 'bad_request',
  image_file_too_large: 'bad_request',
  image_file_not_found: 'bad_request',
  unsupported_image_media_type: 'bad_request',
  empty_image_file: 'bad_request',
  failed_to_download_image: 'bad_request',
  bio_policy: 'content_filtered',
  cyber_policy: 'content_filtered',
  content_filter: 'content_filtered',
  server_is_overloaded: 'unavailable',
  slow_down: 'unavailable',
  vector_store_timeout: 'timeout',
}

/** The `error` event of a stream, or the `error` of a response whose status is `failed`. */
export function readInBandError(body: JsonObject): GatewayError {
  const { message, type, code, param } = said(body)
  const text = message ?? 'The provider failed without a message.'
  const word = code ?? (type === 'error' ? undefined : type)
  const named = word === undefined || !Object.hasOwn(kindOfCode, word) ? undefined : kindOfCode[word]
  return fail(named ?? kindOfUpstream(0, text, word), text, {
    upstreamBody: body,
    ...(code === undefined ? {} : { code }),
    ...(param === undefined ? {} : { param }),
  })
}

/** `code` is the status as text where there is no other (litellm-proxy facts §1.3, 2026-11-22). */
export function writeError(error: GatewayError): JsonObject {
  const { code, param } = error.facts
  return { error: { message: error.message, type: error.type, param: param ?? null, code: code ?? String(error.status) } }
}

/**
 * The code of a failed response: clients decide by it whether to try again. An overload is a `server_error`, because
 * Codex gives up at `server_is_overloaded` and tries again at any other (openai/codex 4d205c7, read 2026-11-22).
 */
export function failedCode(error: GatewayError): string {
  switch (error.kind) {
    case 'rate_limited':
      return error.facts.code === 'insufficient_quota' ? 'insufficient_quota' : 'rate_limit_exceeded'
    case 'context_length':
      return 'context_length_exceeded'
    case 'unavailable':
      return 'server_error'
    case 'bad_request':
    case 'content_filtered':
      return error.facts.code ?? 'invalid_prompt'
    default:
      return error.facts.code ?? 'server_error'
  }
}
