import type { ReplyHeaders } from '@switchyard/core'
import type { Context } from '../http/context.ts'
import { securityHeaders } from '../http/reply.ts'

/** Of the connection, the gateway's own, or of whoever stands before the gateway. */
const ours =
  /^(?:host|connection|keep-alive|te|trailer|upgrade|transfer-encoding|content-length|expect|accept-encoding|via|forwarded|origin|referer|proxy-.*|x-forwarded-.*|x-real-ip|cf-.*|sec-websocket-.*|x-litellm-.*|x-switchyard-.*|x-pass-.*)$/
/** Whatever may be a credential, or chooses who is billed, is the operator's to say. */
const credential = /auth|api-?key|secret|token|cookie|credential|signature|subscription-key|-(?:organization|project)$|^key$/

/** Clients say with `x-pass-NAME: value` what is sent as `NAME: value` in any case. */
const marked = 'x-pass-'

/** The client's headers that travel. Credentials never do; see `ownCredential`. */
export function travelling(
  { request, snapshot }: Pick<Context, 'request' | 'snapshot'>,
  everything: boolean,
): Record<string, string> {
  const out: Record<string, string> = {}
  const { keyHeaderName } = snapshot.config.server
  for (const [written, value] of request.headers) {
    const name = written.toLowerCase()
    if (name.startsWith(marked)) {
      const real = name.slice(marked.length)
      if (real !== keyHeaderName && !ours.test(real) && !credential.test(real)) out[real] = value
    } else if (name === keyHeaderName) continue
    else if ((everything || name === 'content-type' || name === 'accept') && !ours.test(name) && !credential.test(name)) {
      out[name] ??= value
    }
  }
  return out
}

/** Of the provider's connection with us, or of its site. */
const dropped =
  /^(?:connection|keep-alive|te|trailer|upgrade|transfer-encoding|content-length|content-encoding|date|set-cookie.*|server|alt-svc|via|location|strict-transport-security|access-control-.*|content-security-policy.*|x-frame-options|x-content-type-options|x-litellm-.*|x-switchyard-.*|www-authenticate|proxy-.*|cf-.*|nel|report-to)$/
const longestValue = 4096

/** The reply's headers, with the gateway's own. */
export function replyHeaders(from: ReplyHeaders, callId: string): Record<string, string> {
  const out: Record<string, string> = {}
  for (const [name, value] of from) if (!dropped.test(name) && value.length <= longestValue) out[name] = value
  return { ...out, ...securityHeaders, 'x-switchyard-call-id': callId, 'x-litellm-call-id': callId }
}
