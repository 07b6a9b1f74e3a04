import { fail, stringOf } from '@switchyard/wire'
import type { Context } from '../http/context.ts'
import { readObject } from '../http/read-body.ts'
import { jsonResponse } from '../http/reply.ts'
import { chatOf, countChat } from './count-tokens.ts'
import { countLocally } from './local-count.ts'

/** LiteLLM's POST /utils/token_counter: `{model, messages | prompt | contents, tools?}`. */
export async function tokenCounter({ request, snapshot }: Context): Promise<Response> {
  const body = await readObject(request, snapshot.config.switchyard)
  const model = stringOf(body['model'])
  if (model === undefined) throw fail('bad_request', 'Missing required parameter: "model".', { param: 'model' })
  const { prompt } = body
  let tokens: number
  if (typeof prompt === 'string') tokens = await countLocally({ texts: [prompt], messages: 0 })
  else if (Array.isArray(body['messages'])) tokens = await countChat(chatOf('openai-chat', body, {}))
  else if (Array.isArray(body['contents']))
    tokens = await countChat(chatOf('gemini', { contents: body['contents'] }, { model, stream: false }))
  else throw fail('bad_request', 'Send "messages", "prompt" or "contents".', { param: 'messages' })
  return jsonResponse({
    total_tokens: tokens,
    request_model: model,
    model_used: snapshot.engine.models.find(model)?.deployments[0]?.model ?? model,
    tokenizer_type: 'openai_tokenizer',
    count_source: 'local_estimate',
  })
}
