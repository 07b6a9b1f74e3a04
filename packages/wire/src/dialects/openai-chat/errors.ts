import { fail, kindOfStatus, type ErrorFacts, type GatewayError } from '../../errors.ts'
import { isObject, isString, stringOf, type JsonObject } from '../../json.ts'
import { kindOfUpstream } from '../../upstream-errors.ts'

/** A provider's error reply; `body` is parsed JSON, or text when it was not JSON. */
export function readError(status: number, body: unknown): GatewayError {
  const wire = isObject(body) && (isObject(body.error) || isString(body.error)) ? body.error : body
  return errorOf(status, wire, body)
}

/** An error inside a stream or a reply of status 200: its `code` or `type` must tell what it is. */
export const embeddedError = (body: JsonObject): GatewayError => errorOf(0, body.error ?? body, body)

function errorOf(status: number, wire: unknown, body: unknown): GatewayError {
  const fields = isObject(wire) ? wire : {}
  const message =
    messageOf(wire) ??
    (status === 0 ? 'The provider sent an error without a message.' : `The provider answered with HTTP ${status}.`)
  const code = typeof fields.code === 'number' ? String(fields.code) : stringOf(fields.code)
  const kind = kindOf(status, message, code, stringOf(fields.type))
  const param = stringOf(fields.param)
  const facts: Omit<ErrorFacts, 'kind' | 'message'> = {
    ...(code === undefined ? {} : { code }),
    ...(param === undefined ? {} : { param }),
    ...(status === 0 || kindOfStatus(status) === kind ? {} : { upstreamStatus: status }),
    ...(status === 529 ? { upstreamStatus: status } : {}),
    upstreamBody: body,
  }
  return fail(kind, message, facts)
}

/** Without a status the code is asked first, and the type where the code says nothing. */
function kindOf(status: number, message: string, code: string | undefined, type: string | undefined): GatewayError['kind'] {
  const kind = kindOfUpstream(status, message, code ?? type)
  return status === 0 && kind === 'internal' && type !== undefined ? kindOfUpstream(0, message, type) : kind
}

/** OpenAI's message, FastAPI's `detail` (a text or a list of `{loc, msg}`), others' `message`, or the text itself. */
function messageOf(wire: unknown): string | undefined {
  if (isString(wire)) return plainText(wire)
  if (!isObject(wire)) return undefined
  const said = stringOf(wire.message) ?? stringOf(wire.detail) ?? stringOf(wire.msg) ?? stringOf(wire.error_message)
  if (said !== undefined && said !== '') return said
  const details = Array.isArray(wire.detail) ? wire.detail.filter(isObject) : []
  const texts = details.map((detail) => stringOf(detail.msg)).filter(isString)
  return texts.length === 0 ? undefined : texts.join('; ')
}

/** A proxy's HTML page as a short line. */
function plainText(text: string): string | undefined {
  const plain = /<\w/.test(text) ? text.replace(/<(style|script)[\s\S]*?<\/\1>|<[^>]*>/g, ' ') : text
  const line = plain.replace(/\s+/g, ' ').trim().slice(0, 1000)
  return line === '' ? undefined : line
}

/** `code` is the status as text when the error has none of its own, as LiteLLM prints it. */
export const writeError = (error: GatewayError): JsonObject => ({
  error: {
    message: error.message,
    type: error.type,
    param: error.facts.param ?? null,
    code: error.facts.code ?? String(error.status),
  },
})
