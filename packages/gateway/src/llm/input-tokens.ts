import { fail } from '@switchyard/wire'
import type { Context } from '../http/context.ts'
import { jsonResponse } from '../http/reply.ts'
import { readAsk } from '../pipeline/read-ask.ts'
import { respond } from '../pipeline/serve-call.ts'
import { countAsk, countChat } from './count-tokens.ts'
import { continued } from './responses.ts'

/** POST /v1/responses/input_tokens: by the provider where it counts in this dialect, else locally. */
export async function countInputTokens(context: Context): Promise<Response> {
  const read = await readAsk(context, { operation: 'count_tokens', shape: 'openai-responses', path: { stream: false } })
  const ask = await continued(context, read)
  const counted = await countAsk(context, ask)
  if (counted !== undefined) return respond(context, counted)
  const chat = ask.chat()
  if (chat.previousId !== undefined) throw unseenPrevious()
  return jsonResponse({ object: 'response.input_tokens', input_tokens: await countChat(chat) })
}

/** What the provider keeps the gateway has not seen: a count of the rest would be wrong. */
const unseenPrevious = (): Error =>
  fail('bad_request', 'The provider that keeps this response does not count tokens. Send the whole conversation as "input".', {
    param: 'previous_response_id',
  })
