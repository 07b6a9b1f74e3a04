import { allDialects, supportedParams } from '@switchyard/core'
import { fail } from '@switchyard/wire'
import type { Context } from '../http/context.ts'
import { jsonResponse } from '../http/reply.ts'
import { mayUseModel } from '../pipeline/access.ts'

/** LiteLLM's GET /utils/supported_openai_params?model=: what a chat with the model may say. */
export function supportedOpenAiParams({ query, snapshot, principal }: Context): Response {
  const model = query.get('model') ?? ''
  if (model === '') throw fail('bad_request', 'Missing required parameter: "model".', { param: 'model' })
  const [deployment] = snapshot.engine.models.find(model)?.deployments ?? []
  if (deployment === undefined || !mayUseModel(principal, model, snapshot)) {
    throw fail('not_found', `The model "${model.slice(0, 200)}" does not exist or this key may not use it.`, {
      code: 'model_not_found',
      param: 'model',
    })
  }
  return jsonResponse({ supported_openai_params: supportedParams(deployment, 'chat_completion', allDialects) ?? [] })
}
