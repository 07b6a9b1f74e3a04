import { openaiChatClient, fail, objectsOf, stringOf, isObject, type GatewayError, type JsonObject } from '@switchyard/wire'

/** `{errors: [{code, message}], trace, status_code}`. */
export function readError(status: number, body: unknown): GatewayError | undefined {
  const first = isObject(body) ? objectsOf(body['errors'])[0] : undefined
  return first === undefined
    ? undefined
    : openaiChatClient.readError(status, { error: { message: stringOf(first['message']), code: stringOf(first['code']) } })
}

/** An error in the place of a reply or of a stream's chunk, in OpenAI's form. */
export function mend(reply: JsonObject): JsonObject {
  const first = objectsOf(reply['errors'])[0]
  return first === undefined ? reply : { error: { message: first['message'], code: first['code'] } }
}

/** Text generation may break off in a reply of status 200. */
export function failureIn(reply: JsonObject): GatewayError | undefined {
  const stop = objectsOf(reply['results'])[0]?.['stop_reason']
  if (stop !== 'error' && stop !== 'cancelled') return readError(0, reply)
  return fail('internal', `watsonx.ai broke the answer off (${stop}).`, { code: stop })
}
