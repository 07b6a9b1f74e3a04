import { fail, isObject, objectOf, parseJson, stringOf, type JsonObject } from '@switchyard/wire'
import type { Gateway } from '../../gateway.ts'
import type { Context } from '../../http/context.ts'
import { publicOrigin } from '../../http/public-origin.ts'
import { readObject } from '../../http/read-body.ts'
import { jsonResponse } from '../../http/reply.ts'
import type { StoredBatch } from '../../store/index.ts'
import { linesOf } from '../objects/batch-file.ts'
import { allRemembered, forget, remember } from '../objects/remembered.ts'
import { ownedBy } from '../objects/owned.ts'
import { unseal, type Sealed } from '../objects/sealed-id.ts'
import { ownerOf } from '../response-store.ts'
import { beginBatch, ownBatch } from './own-batches.ts'
import { isOwn, sealOwn } from './own-ids.ts'
import { readRecord } from './record.ts'
import { rowsOf } from './rows.ts'

const endpoint = '/v1/messages'
const shelf = 'message_batches'
/** Anthropic's own (platform.claude.com/docs/en/build-with-claude/batch-processing, read 2026-11-22). */
const customIds = /^[\w-]{1,64}$/
const mostListed = 1000

/** POST /v1/messages/batches: a batch of Anthropic's clients, of whatever models the gateway has. */
export async function createMessageBatch(context: Context): Promise<Response> {
  const { gateway, request, snapshot } = context
  const { kept } = snapshot.config.switchyard
  const { requests } = await readObject(request, snapshot.config.switchyard)
  const facts = {
    owner: ownerOf(context),
    filename: 'message-batch.jsonl',
    contentType: 'application/jsonl',
    purpose: 'batch',
    expiresAt: Date.now() + kept.keepMs,
  }
  const file = await gateway.shelf.keep(facts, writtenRows(requests, kept.maxBatchRows), kept.maxTotalBytes)
  const asked = { prefix: 'msgbatch_', inputFile: file.id, endpoint, completionWindow: '24h', metadata: null }
  const view = messageBatchView(context, await beginBatch(context, asked))
  await remember(context, shelf, view)
  return jsonResponse(view)
}

/** Checks the requests as they are written: what is wrong is refused before anything is begun. */
async function* writtenRows(requests: unknown, mostRows: number): AsyncGenerator<Uint8Array, void, void> {
  if (!Array.isArray(requests) || requests.length === 0) throw wrong('requests', 'must be a list with at least one request')
  if (requests.length > mostRows) throw wrong('requests', `must not hold more than ${mostRows} requests`)
  const seen = new Set<string>()
  for (const [index, one] of requests.entries()) {
    const at = `requests.${index}`
    const customId = isObject(one) ? stringOf(one['custom_id']) : undefined
    const body = isObject(one) ? objectOf(one['params']) : undefined
    if (customId === undefined || !customIds.test(customId))
      throw wrong(`${at}.custom_id`, 'must be 1 to 64 letters, digits, _ or -')
    if (seen.has(customId)) throw wrong(`${at}.custom_id`, 'must not stand twice')
    if (body === undefined) throw wrong(`${at}.params`, 'must be the body of a message')
    seen.add(customId)
    yield Buffer.from(`${JSON.stringify({ custom_id: customId, method: 'POST', url: endpoint, body })}\n`)
  }
}

const wrong = (param: string, what: string): Error => fail('bad_request', `${param}: ${what}.`, { param })

export async function getMessageBatch(context: Context): Promise<Response> {
  return jsonResponse(messageBatchView(context, await found(context)))
}

export async function cancelMessageBatch(context: Context): Promise<Response> {
  const { id } = await found(context)
  await context.gateway.store.batches.cancel(id)
  return jsonResponse(messageBatchView(context, await found(context)))
}

/** DELETE: it is shown no more; what was kept of it goes. */
export async function deleteMessageBatch(context: Context): Promise<Response> {
  const stored = await found(context)
  if (stored.isOpen) throw fail('bad_request', 'This batch is still being worked on: cancel it first.', { param: 'id' })
  const { inputFile, outputFile, errorFile } = readRecord(stored)
  for (const file of [inputFile, outputFile, errorFile]) await context.gateway.shelf.remove(file)
  const id = context.params['id'] ?? ''
  await context.gateway.store.batches.delete(stored.id)
  await forget(context, shelf, id)
  return jsonResponse({ id, type: 'message_batch_deleted' })
}

export async function listMessageBatches(context: Context): Promise<Response> {
  const { gateway, query } = context
  const all = (await allRemembered(context, shelf)).toSorted((a, b) =>
    String(a['created_at']) < String(b['created_at']) ? 1 : -1,
  )
  const placeOf = (id: string | null): number => (id === null ? -1 : all.findIndex((one) => one['id'] === id))
  const limit = Math.min(Math.max(1, Number(query.get('limit') ?? 20) || 20), mostListed)
  const before = placeOf(query.get('before_id'))
  const from = before < 0 ? placeOf(query.get('after_id')) + 1 : Math.max(0, before - limit)
  const page = all.slice(from, before < 0 ? from + limit : before)
  const data = await Promise.all(page.map((one) => asItIsNow(context, gateway, one)))
  return jsonResponse({
    data,
    has_more: before < 0 ? from + limit < all.length : from > 0,
    first_id: data[0]?.['id'] ?? null,
    last_id: data.at(-1)?.['id'] ?? null,
  })
}

async function asItIsNow(context: Context, gateway: Gateway, remembered: JsonObject): Promise<JsonObject> {
  const sealed = unseal(gateway, stringOf(remembered['id']) ?? '')
  const stored = sealed === undefined ? undefined : await gateway.store.batches.get(sealed.upstreamId, Date.now())
  return stored === undefined ? remembered : messageBatchView(context, stored)
}

async function found(context: Context): Promise<StoredBatch> {
  const sealed: Sealed = ownedBy(context, context.params['id'] ?? '')
  const stored = isOwn(context.gateway, sealed) ? await ownBatch(context.gateway, sealed) : undefined
  if (stored !== undefined && readRecord(stored).endpoint === endpoint) return stored
  throw fail('not_found', 'There is no such message batch.', { param: 'id' })
}

/** GET …/results: a line for every request, when the batch is over. */
export async function messageBatchResults(context: Context): Promise<Response> {
  const stored = await found(context)
  if (stored.isOpen) throw fail('bad_request', 'This batch has no results yet: it is still being worked on.', { param: 'id' })
  return context.gateway.makeResponse(resultLines(context.gateway, stored), { 'content-type': 'application/x-jsonl' })
}

async function* resultLines({ shelf: files }: Gateway, stored: StoredBatch): AsyncGenerator<Uint8Array, void, void> {
  const { inputFile, outputFile, errorFile, faults } = readRecord(stored)
  const seen = new Set<string>()
  for (const file of [outputFile, errorFile]) {
    if ((await files.get(file)) === undefined) continue
    for await (const line of linesOf(files.read(file))) {
      const row = parseJson(line)
      const customId = isObject(row) ? stringOf(row['custom_id']) : undefined
      if (!isObject(row) || customId === undefined) continue
      seen.add(customId)
      yield lineOf(customId, resultOf(row))
    }
  }
  if ((await files.get(inputFile)) === undefined) return
  const [fault] = faults
  const rest = fault === undefined ? { type: 'canceled' } : errored('invalid_request_error', fault.message)
  for await (const { customId } of rowsOf(files.read(inputFile), endpoint)) if (!seen.has(customId)) yield lineOf(customId, rest)
}

const lineOf = (customId: string, result: JsonObject): Uint8Array =>
  Buffer.from(`${JSON.stringify({ custom_id: customId, result })}\n`)

const errored = (type: string, message: string): JsonObject => ({
  type: 'errored',
  error: { type: 'error', error: { type, message } },
})

/** A line of OpenAI's files as Anthropic's clients read it. */
function resultOf(row: JsonObject): JsonObject {
  const response = objectOf(row['response'])
  const body = objectOf(response?.['body'])
  if (response?.['status_code'] === 200 && body !== undefined) return { type: 'succeeded', message: body }
  if (body !== undefined) return { type: 'errored', error: body }
  const error = objectOf(row['error'])
  if (error?.['code'] === 'batch_expired') return { type: 'expired' }
  if (error?.['code'] === 'batch_cancelled') return { type: 'canceled' }
  return errored('api_error', stringOf(error?.['message']) ?? 'This request has no answer.')
}

const dateOf = (ms: number | undefined): string | null => (ms === undefined ? null : new Date(ms).toISOString())

/** Anthropic's object of a batch. */
function messageBatchView({ gateway, request, snapshot }: Context, stored: StoredBatch): JsonObject {
  const { state, counts, times, expired, expiresMs } = readRecord(stored)
  const id = sealOwn(gateway, stored.owner, stored.id)
  const left = counts.total - counts.completed - counts.failed
  return {
    id,
    type: 'message_batch',
    processing_status: stored.isOpen ? (stored.isCancelled ? 'canceling' : 'in_progress') : 'ended',
    request_counts: {
      processing: stored.isOpen ? left : 0,
      succeeded: counts.completed,
      errored: counts.failed - expired + (state === 'failed' ? left : 0),
      canceled: stored.isOpen || state === 'failed' ? 0 : left,
      expired,
    },
    created_at: dateOf(stored.createdAt),
    expires_at: dateOf(expiresMs),
    ended_at: stored.isOpen ? null : dateOf(times[state]),
    cancel_initiated_at: dateOf(times.cancelling),
    archived_at: null,
    results_url: stored.isOpen ? null : `${publicOrigin(request, snapshot.config.switchyard)}/v1/messages/batches/${id}/results`,
  }
}
