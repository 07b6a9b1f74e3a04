import { echoFor, manners, RequestBody, type Ask, type CallResult, type Deployment } from '@switchyard/core'
import {
  continueFrom,
  fail,
  inputItemsOf,
  isObject,
  objectsOf,
  ReplyCollector,
  stringOf,
  type JsonObject,
  type StoredTurn,
} from '@switchyard/wire'
import type { Context } from '../http/context.ts'
import { jsonResponse } from '../http/reply.ts'
import { makeAsk, readAsk } from '../pipeline/read-ask.ts'
import { answer, dispatch, type CallHooks } from '../pipeline/serve-call.ts'
import { findResponse, keepResponse, ownerOf, type StoredResponse } from './response-store.ts'
import { forwardStored } from './forward-stored.ts'

const shape = 'openai-responses'

/**
 * POST /v1/responses. Where the provider keeps responses, its ids are remembered with the deployment that knows them; where
 * it has no such thing the gateway keeps request and reply itself, and continues from them.
 */
export async function serveResponses(context: Context): Promise<Response> {
  const asked = await readAsk(context, { operation: 'chat', shape, path: {} })
  return answer(context, asked, (hooks) => createResponse(context, asked, hooks))
}

/** The response of a request that was read; it is kept unless the client wants otherwise. */
export async function createResponse(context: Context, asked: Ask, hooks?: CallHooks): Promise<CallResult> {
  const ask = await continued(context, asked)
  if (ask.body.field('store') === false) return dispatch(context, ask, hooks)
  const collector = new ReplyCollector()
  const result = await dispatch(context, ask, { ...hooks, also: collector })
  return { ...result, body: result.isStream ? watched(context, ask, result, collector) : await kept(context, ask, result) }
}

/** A request that continues a response which the gateway keeps becomes the whole conversation. */
export async function continued(context: Context, ask: Ask): Promise<Ask> {
  const id = stringOf(ask.body.field('previous_response_id'))
  if (id === undefined) return ask
  const stored = await findResponse(context, id)
  // The provider knows one account, ours: an id that this caller may not see must not reach it.
  if (stored === undefined) throw unknownPrevious(id)
  if (stored.kind === 'upstream') return { ...ask, prefers: stored.deploymentId }
  return wholeAsk(ask, id, { input: stored.input, output: objectsOf(stored.response['output']) })
}

/** A request with all that was said before it in its body. */
export function wholeAsk(ask: Ask, id: string, before: StoredTurn): Ask {
  const { operation, path, dropParams, strict } = ask
  const body = RequestBody.ofJson(continueFrom(before, ask.body.json))
  return { ...makeAsk(body, { operation, shape, path }, { dropParams, strict }), continues: id }
}

const unknownPrevious = (id: string): Error =>
  fail('bad_request', `There is no response "${id.slice(0, 100)}" that this key may continue.`, {
    param: 'previous_response_id',
    code: 'previous_response_not_found',
  })

async function kept(context: Context, ask: Ask, result: CallResult): Promise<Uint8Array> {
  const { body } = result
  if (!(body instanceof Uint8Array)) throw fail('internal', 'A whole reply was expected.')
  const response: unknown = JSON.parse(new TextDecoder().decode(body))
  if (isObject(response)) await store(context, ask, result, response)
  return body
}

/** The response is kept before the client can know its end: the next request may be on its way at once. */
async function* watched(
  context: Context,
  ask: Ask,
  result: CallResult,
  collector: ReplyCollector,
): AsyncGenerator<Uint8Array, void, void> {
  let isKept = false
  let head = ''
  const pieces = result.body instanceof Uint8Array ? [result.body] : result.body
  for await (const piece of pieces) {
    if (!isKept) {
      if (result.mode === 'relay' && head.length < headLength) head += new TextDecoder().decode(piece.subarray(0, headLength))
      const response = result.mode === 'relay' ? idIn(head) : collector.ended ? replyOf(context, ask, collector) : undefined
      isKept = response !== undefined
      if (response !== undefined) await store(context, ask, result, response)
    }
    yield piece
  }
}

/** The id stands in the first event of a stream. */
const headLength = 4096

function idIn(head: string): JsonObject | undefined {
  const id = /"id"\s*:\s*"(resp_[^"]+)"/.exec(head)?.[1]
  return id === undefined ? undefined : { id }
}

const replyOf = (context: Context, ask: Ask, collector: ReplyCollector): JsonObject =>
  manners(shape).writeReply(collector.reply, echoFor(ask, context.callId))

/** Keeping is not worth failing a paid reply for: trouble goes to the log. */
async function store(context: Context, ask: Ask, result: CallResult, response: JsonObject): Promise<void> {
  const id = stringOf(response['id'])
  if (id === undefined) return
  const stored: StoredResponse =
    result.mode === 'relay' && result.deployment.mockResponse === undefined
      ? { kind: 'upstream', model: result.group, deploymentId: result.deployment.id }
      : { kind: 'kept', response, input: inputItemsOf(ask.body.json) }
  try {
    await keepResponse(context, id, stored)
  } catch (error) {
    context.gateway.log.error('a response could not be kept', { callId: context.callId, error })
  }
}

export async function getResponse(context: Context): Promise<Response> {
  const stored = await required(context)
  return stored.kind === 'kept' ? jsonResponse(stored.response) : forwardStored(context, deploymentOf(context, stored), 'GET', '')
}

export async function inputItems(context: Context): Promise<Response> {
  const stored = await required(context)
  if (stored.kind === 'upstream') return forwardStored(context, deploymentOf(context, stored), 'GET', '/input_items')
  const data = stored.input
  return jsonResponse({
    object: 'list',
    data,
    first_id: data[0]?.['id'] ?? null,
    last_id: data.at(-1)?.['id'] ?? null,
    has_more: false,
  })
}

export async function deleteResponse(context: Context): Promise<Response> {
  const stored = await required(context)
  const id = context.params['id'] ?? ''
  const reply =
    stored.kind === 'kept'
      ? jsonResponse({ id, object: 'response', deleted: true })
      : await forwardStored(context, deploymentOf(context, stored), 'DELETE', '')
  if (reply.ok) await context.gateway.store.responses.delete(id, ownerOf(context))
  return reply
}

/** What the provider works on in the background stops there; what the gateway keeps was finished before it was kept. */
export async function cancelResponse(context: Context): Promise<Response> {
  const stored = await required(context)
  if (stored.kind === 'upstream') return forwardStored(context, deploymentOf(context, stored), 'POST', '/cancel')
  // OpenAI's words for this, as the servers that follow it have them (vLLM's serving_responses, 2026-11-22).
  throw fail('bad_request', 'Cannot cancel a synchronous response.', { param: 'response_id' })
}

async function required(context: Context): Promise<StoredResponse> {
  const id = context.params['id'] ?? ''
  const stored = await findResponse(context, id)
  if (stored !== undefined) return stored
  throw fail('not_found', `There is no response "${id.slice(0, 100)}" that this key may see.`, { param: 'response_id' })
}

function deploymentOf({ snapshot }: Context, stored: Extract<StoredResponse, { kind: 'upstream' }>): Deployment {
  const deployment = snapshot.engine.models.find(stored.model)?.deployments.find((one) => one.id === stored.deploymentId)
  if (deployment !== undefined) return deployment
  throw fail('not_found', 'The deployment that holds this response is no longer configured.', { param: 'response_id' })
}
