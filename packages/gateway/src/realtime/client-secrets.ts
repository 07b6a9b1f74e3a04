import { fail, objectOf, stringOf, type JsonObject } from '@switchyard/wire'
import type { Context } from '../http/context.ts'
import { readObject } from '../http/read-body.ts'
import { jsonResponse } from '../http/reply.ts'
import { writeClientSecret } from './client-secret.ts'
import { modelOfSession } from './serve.ts'

/** OpenAI's bounds and its default (platform.openai.com, Create client secret, 2026-11-22). */
const lifetimes = { least: 10, usual: 600, most: 7200 } as const

/**
 * POST /v1/realtime/client_secrets. A provider's secret would lead its holder past the gateway, so this is one of ours: it opens
 * sessions of one model at this gateway's WebSocket until it expires, and they are charged to the key that asked for it.
 */
export async function makeClientSecret(context: Context): Promise<Response> {
  const { gateway, principal, request, snapshot } = context
  if (principal.kind !== 'key')
    throw fail('bad_request', 'Make client secrets with a virtual key: its budget and limits hold for what a browser spends.')
  const body = await readObject(request, snapshot.config.switchyard)
  const { model: named, ...session } = objectOf(body['session']) ?? {}
  const model = stringOf(named)
  if (model === undefined) throw fail('bad_request', 'Name the model of the session.', { param: 'session.model' })
  const { type = 'realtime' } = session
  if (type !== 'realtime')
    throw fail('bad_request', 'Only sessions of the type "realtime" have client secrets here.', { param: 'session.type' })
  modelOfSession(context, model)
  const expiresAtMs = Date.now() + lifetimeOf(body) * 1000
  const value = writeClientSecret(gateway.identity.directory, { keyId: principal.record.id, expiresAtMs, model, session })
  if (value === undefined) {
    throw fail(
      'bad_request',
      'The session is too long for a client secret; say its instructions and tools with session.update.',
      {
        param: 'session',
      },
    )
  }
  return jsonResponse({
    value,
    expires_at: Math.floor(expiresAtMs / 1000),
    session: { ...session, type, object: 'realtime.session', model },
  })
}

function lifetimeOf(body: JsonObject): number {
  const { seconds = lifetimes.usual } = objectOf(body['expires_after']) ?? {}
  if (typeof seconds === 'number' && Number.isInteger(seconds) && seconds >= lifetimes.least && seconds <= lifetimes.most)
    return seconds
  throw fail('bad_request', `"expires_after.seconds" must be a whole number from ${lifetimes.least} to ${lifetimes.most}.`, {
    param: 'expires_after.seconds',
  })
}

/** A call of WebRTC goes past every HTTP gateway: its sound cannot be metered here. */
export function refuseCalls(): Response {
  throw fail(
    'not_implemented',
    'WebRTC calls are not served, as their media would not pass the gateway. Open a WebSocket at /v1/realtime?model=…; ' +
      'POST /v1/realtime/client_secrets gives browsers a secret for it.',
  )
}

export function refuseTranscriptionSessions(): Response {
  throw fail(
    'not_implemented',
    'Transcription sessions are not served, as their secret would lead past the gateway. Open a WebSocket at /v1/realtime?model=… ' +
      'and ask for input_audio_transcription with session.update.',
  )
}
