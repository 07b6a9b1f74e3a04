import { discard, RequestBody, type Ask, type CallResult, type Deployment, type Incoming } from '@switchyard/core'
import { fail, isObject, parseJson, stringOf, type JsonObject } from '@switchyard/wire'
import type { Context } from '../http/context.ts'
import { readObject } from '../http/read-body.ts'
import { jsonResponse } from '../http/reply.ts'
import { payerOf, upstreamStatusOf } from '../passthrough/books.ts'
import { replyHeaders } from '../passthrough/headers.ts'
import { laterOutcome } from '../money/index.ts'
import { hostOf } from '../pipeline/admit.ts'
import { checkPriced } from '../pipeline/bound.ts'
import { readAsk } from '../pipeline/read-ask.ts'
import { requestFacts } from '../pipeline/request-facts.ts'
import { answer, dispatch, type CallHooks } from '../pipeline/serve-call.ts'
import type { AttemptFacts, Outcome } from '../store/index.ts'
import { askKeeper, jsonOf } from './objects/ask-keeper.ts'
import { onePlace, withUpstreamIds } from './objects/ids.ts'
import { forget, remember } from './objects/remembered.ts'
import { booked } from './objects/booked.ts'
import { deploymentOf, ownedBy } from './objects/owned.ts'
import { refOf, type Sealed } from './objects/sealed-id.ts'
import { wasRefused } from './objects/was-refused.ts'
import { ownerOf } from './response-store.ts'
import { contentElsewhere } from './videos-content.ts'
import { beginJob, settleVideo, videoCost, videoUsage } from './videos-jobs.ts'
import { keeperOf, ownVideo, readNote } from './videos-notes.ts'

const kind = 'videos'
const encoder = new TextEncoder()

/** POST /v1/videos. The length that was asked for is charged at once; the row is corrected when the clip is made or is not. */
export async function createVideo(context: Context): Promise<Response> {
  const ask = await readAsk(context, { operation: 'video', shape: 'openai-videos', path: {} })
  return answer(context, ask, (hooks) => beginVideo(context, ask, hooks))
}

async function beginVideo(context: Context, ask: Ask, hooks: CallHooks): Promise<CallResult> {
  const result = await dispatch(context, withOwnFiles(context, ask), hooks)
  const { deployment, attempts, group, body } = result
  const reply = body instanceof Uint8Array ? parseJson(new TextDecoder().decode(body)) : undefined
  if (!isObject(reply) || stringOf(reply['id']) === undefined) throw noId()
  const own = await beginJob(context, reply, {
    ...placeOf(context, deployment),
    requestId: context.callId,
    attempt: attempts,
    group,
  })
  await remember(context, kind, own)
  return { ...result, body: encoder.encode(JSON.stringify(own)) }
}

const noId = (): Error => fail('bad_reply', 'The provider began a video without saying how it is called.')

const placeOf = (context: Context, { id }: Deployment): Pick<Sealed, 'deploymentRef' | 'ownerRef'> => ({
  deploymentRef: refOf(context.gateway, id),
  ownerRef: refOf(context.gateway, ownerOf(context)),
})

/** A picture that was uploaded as a file is named by an id of ours, and only its keeper knows it. */
function withOwnFiles(context: Context, ask: Ask): Ask {
  const { files, json } = ask.body
  const refs = new Set<string>()
  const body = files === undefined ? withUpstreamIds(context, json, refs) : formWithUpstreamIds(context, json, refs)
  const place = onePlace(refs)
  if (place === undefined) return ask
  return {
    ...ask,
    body: files === undefined ? RequestBody.ofJson(body) : RequestBody.ofForm(body, files),
    prefers: deploymentOf(context, place).id,
  }
}

/** Forms spell it `input_reference[file_id]`. */
const formWithUpstreamIds = (context: Context, fields: JsonObject, refs: Set<string>): JsonObject =>
  Object.fromEntries(
    Object.entries(fields).map(([name, value]) =>
      name.includes('file_id') ? [name, withUpstreamIds(context, { file_id: value }, refs)['file_id']] : [name, value],
    ),
  )

/** GET /v1/videos/{id}: how far it is, which also books what it has cost. */
export async function getVideo(context: Context): Promise<Response> {
  const { sealed, keeper } = found(context)
  const reply = await jsonOf(await booked(context, keeper, { kind, method: 'GET', path: pathOf(sealed) }), keeper, kind)
  await settleVideo(context, sealed, reply)
  const own = ownVideo(context, reply, sealed)
  await remember(context, kind, own)
  return jsonResponse(own)
}

interface Found {
  readonly sealed: Sealed
  readonly keeper: Deployment
}

function found(context: Context): Found {
  const sealed = ownedBy(context, context.params['id'] ?? '')
  return { sealed, keeper: keeperOf(context, sealed) }
}

const pathOf = ({ upstreamId }: Sealed, rest = ''): string => `/${encodeURIComponent(upstreamId)}${rest}`

/** GET /v1/videos/{id}/content, while it comes. */
export async function videoContent(context: Context): Promise<Response> {
  const { sealed, keeper } = found(context)
  const incoming =
    keeper.provider.keeps?.videoUrl === undefined
      ? await booked(context, keeper, { kind, method: 'GET', path: pathOf(sealed, `/content${variantIn(context)}`) })
      : await contentElsewhere(context, keeper, pathOf(sealed))
  return context.gateway.makeResponse(piecesOf(incoming), replyHeaders(incoming.headers, context.callId))
}

function variantIn({ query }: Context): string {
  const variant = query.get('variant')
  return variant === null ? '' : `?variant=${encodeURIComponent(variant)}`
}

async function* piecesOf({ body }: Incoming): AsyncGenerator<Uint8Array, void, void> {
  yield* body ?? []
}

export async function deleteVideo(context: Context): Promise<Response> {
  const { sealed, keeper } = found(context)
  await discard(await booked(context, keeper, { kind, method: 'DELETE', path: pathOf(sealed) }))
  const id = context.params['id'] ?? ''
  await forget(context, kind, id)
  return jsonResponse({ id, object: 'video.deleted', deleted: true })
}

/** POST /v1/videos/{id}/remix: a new clip, as long and as large as the one that it is made of. */
export async function remixVideo(context: Context): Promise<Response> {
  const { sealed, keeper } = found(context)
  const said = await readObject(context.request, context.snapshot.config.switchyard)
  if (stringOf(said['prompt']) === undefined)
    throw fail('bad_request', 'Missing required parameter: "prompt".', { param: 'prompt' })
  if (keeper.provider.keeps?.videoUrl !== undefined)
    throw fail('bad_request', `Provider "${keeper.provider.id}" makes no videos of videos.`, { param: 'video_id' })
  const { gateway, callId } = context
  const { seconds, size, group } = readNote(sealed.note)
  const cost = videoCost(keeper, videoUsage({ seconds, ...(size === '' ? {} : { size }) }))
  const payer = payerOf(context)
  checkPriced([keeper], context.snapshot.config.switchyard.unpriced, payer.budgets.length > 0)
  const permit = await gateway.money.permits.admit(payer, { nano: cost, tokens: 0 })
  try {
    const reservation = permit.attempt(remixFacts(context, keeper, group))
    let reply: JsonObject
    try {
      const body = encoder.encode(JSON.stringify(said))
      const headers = { 'content-type': 'application/json' }
      const question = { kind, method: 'POST', path: pathOf(sealed, '/remix'), body, headers } as const
      reply = await jsonOf(await askKeeper(context, keeper, question), keeper, kind)
    } catch (error) {
      if (wasRefused(error)) await reservation.settle(refused(error))
      throw error
    } finally {
      await reservation.expire(Date.now(), cost)
    }
    if (stringOf(reply['id']) === undefined) throw noId()
    const own = await beginJob(context, reply, { ...placeOf(context, keeper), requestId: callId, attempt: 1, group })
    await remember(context, kind, own)
    return jsonResponse(own)
  } finally {
    permit.release()
  }
}

const remixFacts = ({ callId, ip, request }: Context, keeper: Deployment, group: string): AttemptFacts => ({
  requestId: callId,
  attempt: 1,
  callType: 'video',
  model: group,
  modelGroup: keeper.modelName,
  deploymentId: keeper.id,
  provider: keeper.provider.id,
  apiBase: hostOf(keeper),
  startMs: Date.now(),
  ip,
  ...requestFacts(request.headers, { body: RequestBody.ofJson({}) }),
})

const refused = (cause: unknown): Outcome =>
  laterOutcome({ status: 'failure', errorKind: 'bad_gateway', upstreamStatus: upstreamStatusOf(cause) })
