import { RequestBody, type Ask, type CallResult } from '@switchyard/core'
import { fail, formatLosses } from '@switchyard/wire'
import type { Context } from '../../http/context.ts'
import { readBody } from '../../http/read-body.ts'
import { askFrom, makeAsk } from '../../pipeline/read-ask.ts'
import { answer, dispatch, type CallHooks } from '../../pipeline/serve-call.ts'
import { fromChat, fromResponses } from './chat-body.ts'
import { wholeWithTextCalls, withTextCalls } from './text-calls.ts'

const chat = { operation: 'chat', shape: 'openai-chat', path: {} } as const
const responses = { ...chat, shape: 'openai-responses' } as const

/**
 * POST /cursor/chat/completions, for Cursor's editor: it asks the route of chats in the words of Responses, or in those of chats
 * with tools as Responses have them, and always reads chats (docs.litellm.ai/docs/proxy/cursor and forum.cursor.com/t/153019,
 * read 2026-11-22).
 */
export async function serveCursorChat(context: Context): Promise<Response> {
  const body = await readBody(context.request, context.snapshot.config.switchyard)
  const isChat = body.has('messages') || !body.has('input')
  const ask = askFrom(context, body, isChat ? chat : responses)
  return answer(context, ask, (hooks) => askAsChat(context, ask, hooks))
}

async function askAsChat(context: Context, ask: Ask, hooks: CallHooks): Promise<CallResult> {
  const isChat = ask.shape === chat.shape
  const written = isChat ? fromChat(ask) : fromResponses(ask)
  if (written === undefined) return dispatch(context, ask, hooks)
  const { losses, textTools } = written
  if (ask.strict && losses.length > 0) {
    throw fail('bad_request', `Strict mode: asking this as a chat would lose ${formatLosses(losses)}.`)
  }
  // Whoever writes Responses gets what the model can give: the editor has no switch for a parameter.
  const policy = { dropParams: ask.dropParams || !isChat, strict: ask.strict }
  const result = await dispatch(context, makeAsk(RequestBody.ofJson(written.body), chat, policy), hooks)
  const told = { ...result, losses: [...losses, ...result.losses] }
  if (textTools.size === 0) return told
  const { body: reply } = result
  return { ...told, body: reply instanceof Uint8Array ? wholeWithTextCalls(reply, textTools) : withTextCalls(reply, textTools) }
}
