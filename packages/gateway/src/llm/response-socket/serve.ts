import type { Context } from '../../http/context.ts'
import { Upgrade } from '../../http/listener.ts'
import { acceptHandshake, offeredProtocols } from '../../http1/websocket-handshake.ts'
import { chosenProtocol } from '../../realtime/serve.ts'
import { ResponseSession } from './session.ts'

/**
 * GET /v1/responses: OpenAI's WebSocket mode (developers.openai.com/api/docs/guides/websocket-mode, 2026-11-22). Every model
 * has it, for each response is an ordinary call of its own.
 */
export function serveResponseSocket(context: Context): Response {
  const { headers } = context.request
  const handshake = acceptHandshake(headers, chosenProtocol(offeredProtocols(headers)))
  return new Upgrade(handshake, (socket) => new ResponseSession(context, socket).client)
}
