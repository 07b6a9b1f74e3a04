import { readKept, RequestBody, type Deployment } from '@switchyard/core'
import { fail, isObject, stringOf, type JsonObject } from '@switchyard/wire'
import type { Context } from '../../http/context.ts'
import { readObject } from '../../http/read-body.ts'
import { jsonResponse } from '../../http/reply.ts'
import { payerOf, upstreamStatusOf } from '../../passthrough/books.ts'
import { hostOf } from '../../pipeline/admit.ts'
import { requestFacts } from '../../pipeline/request-facts.ts'
import { cancelOwnBatch, createOwnBatch, getOwnBatch } from '../batches/own-batches.ts'
import { isOwn } from '../batches/own-ids.ts'
import { ownerOf } from '../response-store.ts'
import { askKeeper } from './ask-keeper.ts'
import { withOwnIds } from './ids.ts'
import { booked } from './kept-objects.ts'
import { remember } from './remembered.ts'
import { openBatch, settleBatch } from './open-batches.ts'
import { deploymentOf, ownedBy } from './owned.ts'
import { refOf, type Sealed } from './sealed-id.ts'

/**
 * POST /v1/batches. What the rows may cost at most is charged at once, in a row that says that the end is not known; when the
 * provider says what was used, that row is replaced.
 */
export async function createBatch(context: Context): Promise<Response> {
  const { gateway, request, snapshot } = context
  const said = await readObject(request, snapshot.config.switchyard)
  const file = ownedBy(context, stringOf(said['input_file_id']) ?? '')
  if (isOwn(gateway, file)) return createOwnBatch(context, file, said)
  if (!/^\d+$/.test(file.note))
    throw fail('bad_request', 'A batch is made of a file that was uploaded with purpose "batch".', { param: 'input_file_id' })
  const keeper = deploymentOf(context, file.deploymentRef)
  const bound = Number(file.note)
  const payer = payerOf(context)
  const permit = await gateway.money.permits.admit(payer, { nano: bound, tokens: 0 })
  const facts = factsOf(context, keeper, said)
  const reservation = permit.attempt(facts)
  const { custom_llm_provider: _, model: _model, ...rest } = said
  const body = new TextEncoder().encode(JSON.stringify({ ...rest, input_file_id: file.upstreamId }))
  // Charged before the provider hears of it: whatever happens in between, no batch is free.
  await reservation.expire(Date.now(), bound)
  permit.release()
  let reply: JsonObject
  try {
    const headers = { 'content-type': 'application/json' }
    const question = { kind: 'batches', method: 'POST', path: '', body, headers } as const
    reply = await readKept(await askKeeper(context, keeper, question), keeper, 'batches')
  } catch (error) {
    await reservation.settle(refusedNow(error))
    throw error
  }
  const place = { deploymentRef: file.deploymentRef, ownerRef: refOf(gateway, ownerOf(context)) }
  const upstreamId = stringOf(reply['id']) ?? ''
  await openBatch(gateway, { facts, payer: payer.payer, charges: payer.charges, place, upstreamId })
  const own = ownBatch(context, reply, { ...place, upstreamId, note: `${facts.requestId} ${bound}` })
  await remember(context, 'batches', own)
  return jsonResponse(own)
}

const refusedNow = (cause: unknown) => ({
  status: 'failure' as const,
  errorKind: 'bad_gateway',
  providerRequestId: null,
  upstreamStatus: upstreamStatusOf(cause),
  endMs: Date.now(),
  firstByteMs: null,
  inputTokens: 0,
  outputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  reasoningTokens: 0,
  totalTokens: 0,
  estimated: false,
  unpriced: false,
  spendNano: 0,
})

const factsOf = ({ callId, ip, request }: Context, keeper: Deployment, said: JsonObject) => ({
  requestId: callId,
  attempt: 1,
  callType: 'batch',
  model: keeper.modelName,
  modelGroup: keeper.modelName,
  deploymentId: keeper.id,
  provider: keeper.provider.id,
  apiBase: hostOf(keeper),
  startMs: Date.now(),
  ip,
  ...requestFacts(request.headers, {
    body: RequestBody.ofJson(isObject(said['metadata']) ? { metadata: said['metadata'] } : {}),
  }),
})

/** The batch with ids of ours; its input file and its own id remember what they stand for. */
function ownBatch(context: Context, reply: JsonObject, sealed: Sealed): JsonObject {
  const notes = new Map([
    [sealed.upstreamId, sealed.note],
    [stringOf(reply['input_file_id']) ?? '', sealed.note.split(' ')[1] ?? ''],
  ])
  return withOwnIds(context, reply, sealed, notes)
}

export async function getBatch(context: Context): Promise<Response> {
  const sealed = ownedBy(context, context.params['id'] ?? '')
  if (isOwn(context.gateway, sealed)) return getOwnBatch(context, sealed)
  const keeper = deploymentOf(context, sealed.deploymentRef)
  const path = `/${encodeURIComponent(sealed.upstreamId)}`
  return answered(
    context,
    sealed,
    await readKept(await booked(context, keeper, { kind: 'batches', method: 'GET', path }), keeper, 'batches'),
  )
}

export async function cancelBatch(context: Context): Promise<Response> {
  const sealed = ownedBy(context, context.params['id'] ?? '')
  if (isOwn(context.gateway, sealed)) return cancelOwnBatch(context, sealed)
  const keeper = deploymentOf(context, sealed.deploymentRef)
  const path = `/${encodeURIComponent(sealed.upstreamId)}/cancel`
  return answered(
    context,
    sealed,
    await readKept(await booked(context, keeper, { kind: 'batches', method: 'POST', path }), keeper, 'batches'),
  )
}

async function answered(context: Context, sealed: Sealed, reply: JsonObject): Promise<Response> {
  await settleBatch(context, sealed.note.split(' ')[0] ?? '', reply)
  const own = ownBatch(context, reply, sealed)
  await remember(context, 'batches', own)
  return jsonResponse(own)
}
