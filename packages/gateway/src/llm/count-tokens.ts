import {
  countableOf,
  dialectOf,
  targetOf,
  uncountedCode,
  type Ask,
  type CallResult,
  type Deployment,
  type RequestBody,
  type Shape,
} from '@switchyard/core'
import { fail, isGatewayError, type ChatRequest, type JsonObject, type RequestPath } from '@switchyard/wire'
import type { Context } from '../http/context.ts'
import { readBody } from '../http/read-body.ts'
import { jsonResponse } from '../http/reply.ts'
import { aliased, requireModel } from '../pipeline/access.ts'
import { checkFields, makeAsk } from '../pipeline/read-ask.ts'
import { dispatch, respond } from '../pipeline/serve-call.ts'
import { countLocally } from './local-count.ts'

/** POST /v1/messages/count_tokens: by the provider where it counts in this dialect, else locally. */
export async function countMessagesTokens(context: Context): Promise<Response> {
  const body = await readBody(context.request, context.snapshot.config.switchyard)
  checkFields(body, 'anthropic-messages', true)
  const model = body.field('model')
  if (typeof model !== 'string' || model === '')
    throw fail('bad_request', 'Missing required parameter: "model".', { param: 'model' })
  const counted = await countByProvider(context, body, 'anthropic-messages', { model, stream: false })
  if (counted !== undefined) return respond(context, counted)
  // Counting requests have no max_tokens, which the reader of messages insists on.
  const request = chatOf('anthropic-messages', { max_tokens: 1, ...body.json }, { model, stream: false })
  return jsonResponse({ input_tokens: await countChat(request), litellm_count_source: 'local_estimate' })
}

/** POST …:countTokens: contents, or a whole generateContentRequest. */
export async function countGeminiTokens(context: Context): Promise<Response> {
  const body = await readBody(context.request, context.snapshot.config.switchyard)
  checkFields(body, 'gemini', true)
  const path = { model: context.params['model'] ?? '', stream: false }
  const counted = await countByProvider(context, body, 'gemini', path)
  if (counted !== undefined) return respond(context, counted)
  const inner = body.field('generateContentRequest')
  const json = typeof inner === 'object' && inner !== null ? { ...inner } : body.json
  return jsonResponse({ totalTokens: await countChat(chatOf('gemini', json, path)) })
}

/** Local count of a request in the hub. */
export async function countChat(request: ChatRequest): Promise<number> {
  const { texts, messages, mediaTokens } = countableOf(request)
  return (await countLocally({ texts, messages })) + mediaTokens
}

export function chatOf(shape: Shape, json: JsonObject, path: RequestPath): ChatRequest {
  const dialect = dialectOf(shape)
  if (dialect === undefined) throw fail('internal', `The shape ${shape} is not a chat.`)
  return dialect.readRequest(json, path)
}

/** The provider's own count; undefined when no deployment of the model counts in this shape. */
export async function countByProvider(
  context: Context,
  body: RequestBody,
  shape: CountedShape,
  path: RequestPath,
): Promise<CallResult | undefined> {
  return countAsk(context, makeAsk(body, { operation: 'count_tokens', shape, path }, { dropParams: true, strict: false }))
}

/** The same of a request that was read. */
export async function countAsk(context: Context, ask: Ask): Promise<CallResult | undefined> {
  const { snapshot, principal } = context
  const model = aliased(principal, ask.model)
  requireModel(principal, model, snapshot)
  const group = snapshot.engine.models.find(model)
  const counts = group?.deployments.every((one) => countsIn(one, model, ask.shape))
  if (!counts) return undefined
  try {
    return await dispatch(context, ask)
  } catch (error) {
    if (isGatewayError(error) && error.facts.code === uncountedCode) return undefined
    throw error
  }
}

/** The dialects that have a request for counting. */
export type CountedShape = 'anthropic-messages' | 'gemini'

/** Does the provider count the tokens of this model in this shape? One with models of many makers may do so for some of them. */
function countsIn(deployment: Deployment, model: string, shape: Shape): boolean {
  const { provider } = deployment
  const { traits, baseUrl, params } = targetOf(deployment, model)
  const chosen = provider.endpointFor?.('count_tokens', shape, traits, { baseUrl, params, field: () => undefined })
  // A native one is chosen only for the shapes that its codec reads.
  if (chosen?.shape === 'native') return provider.codecs?.count_tokens !== undefined
  if (chosen !== undefined) return chosen.shape === shape
  return provider.endpoints.count_tokens?.some((endpoint) => endpoint.shape === shape) ?? false
}
