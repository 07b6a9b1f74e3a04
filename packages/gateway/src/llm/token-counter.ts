import { RequestBody, targetOf } from '@switchyard/core'
import {
  fail,
  objectOf,
  parseJson,
  readAnthropicCount,
  readGeminiCount,
  stringOf,
  writeAnthropicCount,
  writeGeminiCount,
  type ChatRequest,
  type JsonObject,
} from '@switchyard/wire'
import type { Context } from '../http/context.ts'
import { readObject } from '../http/read-body.ts'
import { jsonResponse } from '../http/reply.ts'
import { chatOf, countByProvider, countChat, type CountedShape } from './count-tokens.ts'
import { countLocally } from './local-count.ts'

/**
 * LiteLLM's POST /utils/token_counter: `{model, messages | prompt | contents, tools?}`. With `?call_endpoint=true` the model's own
 * provider is asked, where it counts.
 */
export async function tokenCounter(context: Context): Promise<Response> {
  const { request, snapshot, query } = context
  const body = await readObject(request, snapshot.config.switchyard)
  const model = stringOf(body['model'])
  if (model === undefined) throw fail('bad_request', 'Missing required parameter: "model".', { param: 'model' })
  const { prompt } = body
  const chat = typeof prompt === 'string' ? undefined : chatIn(body, model)
  const counted =
    chat === undefined || query.get('call_endpoint') !== 'true' ? undefined : await askProvider(context, chat, model)
  return jsonResponse({
    total_tokens:
      counted ?? (chat === undefined ? await countLocally({ texts: [String(prompt)], messages: 0 }) : await countChat(chat)),
    request_model: model,
    model_used: snapshot.engine.models.find(model)?.deployments[0]?.model ?? model,
    tokenizer_type: counted === undefined ? 'openai_tokenizer' : 'provider',
    count_source: counted === undefined ? 'local_estimate' : 'provider',
  })
}

function chatIn(body: JsonObject, model: string): ChatRequest {
  if (Array.isArray(body['messages'])) return chatOf('openai-chat', body, {})
  if (Array.isArray(body['contents'])) return chatOf('gemini', { contents: body['contents'] }, { model, stream: false })
  throw fail('bad_request', 'Send "messages", "prompt" or "contents".', { param: 'messages' })
}

interface Counting {
  readonly shape: CountedShape
  readonly write: typeof writeAnthropicCount
  readonly read: (reply: JsonObject) => number
}

const countings: readonly Counting[] = [
  { shape: 'anthropic-messages', write: writeAnthropicCount, read: readAnthropicCount },
  { shape: 'gemini', write: writeGeminiCount, read: readGeminiCount },
]

/** The request in the first of the dialects that the model is counted in. */
async function askProvider(context: Context, chat: ChatRequest, model: string): Promise<number | undefined> {
  const deployment = context.snapshot.engine.models.find(model)?.deployments[0]
  if (deployment === undefined) return undefined
  const { traits, model: name } = targetOf(deployment, model)
  for (const { shape, write, read } of countings) {
    const body = RequestBody.ofJson({ ...write({ ...chat, model: name }, traits), ...(shape === 'gemini' ? {} : { model }) })
    const counted = await countByProvider(context, body, shape, { model, stream: false })
    if (counted?.body instanceof Uint8Array) return read(objectOf(parseJson(new TextDecoder().decode(counted.body))) ?? {})
  }
  return undefined
}
