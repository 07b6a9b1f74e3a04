import { readKept, RequestBody, type Deployment } from '@switchyard/core'
import { fail, isObject, stringOf, type JsonObject } from '@switchyard/wire'
import type { Context } from '../../http/context.ts'
import { readObject } from '../../http/read-body.ts'
import { jsonResponse } from '../../http/reply.ts'
import { payerOf, upstreamStatusOf } from '../../passthrough/books.ts'
import { laterOutcome } from '../../money/index.ts'
import { hostOf } from '../../pipeline/admit.ts'
import { requestFacts } from '../../pipeline/request-facts.ts'
import type { Outcome } from '../../store/index.ts'
import { cancelOwnBatch, createOwnBatch, getOwnBatch } from '../batches/own-batches.ts'
import { isOwn } from '../batches/own-ids.ts'
import { ownerOf } from '../response-store.ts'
import { sendTo, toldTo } from './ask-keeper.ts'
import { booked } from './booked.ts'
import { withOwnIds } from './ids.ts'
import { remember } from './remembered.ts'
import { notSettled, openBatch, settleBatch } from './open-batches.ts'
import { deploymentOf, ownedBy } from './owned.ts'
import { refOf, type Sealed } from './sealed-id.ts'
import { wasRefused } from './was-refused.ts'

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
  try {
    await reservation.expire(Date.now(), bound)
  } finally {
    permit.release()
  }
  let reply: JsonObject
  try {
    reply = await toldTo(context, submitted(context, keeper, body))
  } catch (error) {
    if (wasRefused(error)) await reservation.settle(refusedNow(error))
    throw error
  }
  const place = { deploymentRef: file.deploymentRef, ownerRef: refOf(gateway, ownerOf(context)) }
  const upstreamId = stringOf(reply['id'])
  if (upstreamId === undefined) throw fail('bad_reply', 'The provider did not name the batch that it made.')
  await openBatch(gateway, { facts, payer: payer.payer, charges: payer.charges, place, upstreamId })
  const own = ownBatch(context, reply, { ...place, upstreamId, note: `${facts.requestId} ${bound}` })
  await remember(context, 'batches', own)
  return jsonResponse(own)
}

/** Not cut off when the client leaves: the provider would work on a batch that nobody knows of. */
async function submitted({ snapshot }: Context, keeper: Deployment, body: Uint8Array): Promise<JsonObject> {
  const headers = { 'content-type': 'application/json' }
  const question = { kind: 'batches', method: 'POST', path: '', body, headers } as const
  const signal = AbortSignal.timeout(snapshot.config.server.passThroughTimeoutMs)
  return readKept(await sendTo({ snapshot }, keeper, question, signal), keeper, 'batches')
}

const refusedNow = (cause: unknown): Outcome =>
  laterOutcome({ status: 'failure', errorKind: 'bad_gateway', upstreamStatus: upstreamStatusOf(cause) })

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
  return isOwn(context.gateway, sealed) ? getOwnBatch(context, sealed) : answered(context, sealed, 'GET', '')
}

export async function cancelBatch(context: Context): Promise<Response> {
  const sealed = ownedBy(context, context.params['id'] ?? '')
  return isOwn(context.gateway, sealed) ? cancelOwnBatch(context, sealed) : answered(context, sealed, 'POST', '/cancel')
}

async function answered(context: Context, sealed: Sealed, method: 'GET' | 'POST', behind: string): Promise<Response> {
  const keeper = deploymentOf(context, sealed.deploymentRef)
  const path = `/${encodeURIComponent(sealed.upstreamId)}${behind}`
  const reply = await readKept(await booked(context, keeper, { kind: 'batches', method, path }), keeper, 'batches')
  // The client need not wait until all results are read.
  settleBatch(context, sealed.note.split(' ')[0] ?? '', reply).catch((error: unknown) =>
    notSettled(context, sealed.upstreamId, error),
  )
  const own = ownBatch(context, reply, sealed)
  await remember(context, 'batches', own)
  return jsonResponse(own)
}
