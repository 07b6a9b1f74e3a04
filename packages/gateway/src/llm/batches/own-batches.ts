import { fail, isObject, isString, objectOf, stringOf, type JsonObject } from '@switchyard/wire'
import { parseDuration } from '../../config/duration.ts'
import type { Gateway } from '../../gateway.ts'
import type { Context } from '../../http/context.ts'
import { jsonResponse } from '../../http/reply.ts'
import type { StoredBatch } from '../../store/index.ts'
import { remember } from '../objects/remembered.ts'
import type { Sealed } from '../objects/sealed-id.ts'
import { ownerOf } from '../response-store.ts'
import { newFileId } from './file-shelf.ts'
import { ownFile } from './own-files.ts'
import { sealOwn } from './own-ids.ts'
import { readRecord, type BatchRecord, type BatchState } from './record.ts'
import { rowKinds } from './rows.ts'

const dayMs = 86_400_000
/** Of one key. */
const mostOpen = 100
/** More than OpenAI's 16 pairs of 64 and 512 characters take. */
const mostMetadata = 16 * 1024
const longestWindowMs = 30 * dayMs
const unitMs = { s: 1000, m: 60_000, h: 3_600_000, d: dayMs, w: 7 * dayMs, mo: 30 * dayMs } as const

/** POST /v1/batches of a file that the gateway keeps: it is worked on here, row by row. */
export async function createOwnBatch(context: Context, input: Sealed, said: JsonObject): Promise<Response> {
  const { gateway } = context
  const file = await ownFile(gateway, input)
  if (file.purpose !== 'batch')
    throw fail('bad_request', 'A batch is made of a file that was uploaded with purpose "batch".', { param: 'input_file_id' })
  const endpoint = endpointOf(said['endpoint'])
  const completionWindow = stringOf(said['completion_window']) ?? '24h'
  const metadata = objectOf(said['metadata']) ?? null
  if (JSON.stringify(metadata).length > mostMetadata)
    throw fail('bad_request', `"metadata" must not be longer than ${mostMetadata} characters.`, { param: 'metadata' })
  const view = batchView(
    gateway,
    await beginBatch(context, { prefix: 'batch_', inputFile: file.id, endpoint, completionWindow, metadata }),
  )
  await remember(context, 'batches', view)
  return jsonResponse(view)
}

export interface NewBatch extends Pick<BatchRecord, 'inputFile' | 'endpoint' | 'completionWindow' | 'metadata'> {
  /** Of its id, as the client's dialect has it. */
  readonly prefix: string
}

/** From here on it is worked on, whatever becomes of this process. */
export async function beginBatch(context: Context, { prefix, ...asked }: NewBatch): Promise<StoredBatch> {
  const { gateway, snapshot, request, ip } = context
  const now = Date.now()
  const record: BatchRecord = {
    ...asked,
    state: 'validating',
    outputFile: newFileId(),
    errorFile: newFileId(),
    expiresMs: now + windowMs(asked.completionWindow),
    times: { validating: now },
    counts: { total: 0, completed: 0, failed: 0 },
    expired: 0,
    hasOutput: false,
    hasErrors: false,
    remote: null,
    faults: [],
    headers: lasting(request.headers),
    ip,
  }
  const stored = {
    id: `${prefix}${crypto.randomUUID().replaceAll('-', '')}`,
    owner: ownerOf(context),
    body: JSON.stringify(record),
    isOpen: true,
    isCancelled: false,
    createdAt: now,
    keepUntil: record.expiresMs + snapshot.config.switchyard.kept.keepMs,
  }
  // The input stays as long as it may be read.
  const input = await gateway.shelf.get(asked.inputFile)
  if (input !== undefined) await gateway.shelf.begin({ ...input, expiresAt: Math.max(input.expiresAt, stored.keepUntil) })
  if (await gateway.store.batches.insert(stored, context.principal.kind === 'master' ? Number.MAX_SAFE_INTEGER : mostOpen))
    return stored
  throw fail('rate_limited', `This key has ${mostOpen} batches under way: more are taken when some of them are over.`, {
    code: 'too_many_batches',
  })
}

function endpointOf(endpoint: unknown): string {
  if (isString(endpoint) && Object.hasOwn(rowKinds, endpoint)) return endpoint
  throw fail('bad_request', `"endpoint" must be one of ${Object.keys(rowKinds).join(', ')}.`, { param: 'endpoint' })
}

function windowMs(text: string): number {
  const window = parseDuration(text)
  const ms = window === undefined ? 0 : window.count * unitMs[window.unit]
  if (ms > 0 && ms <= longestWindowMs) return ms
  throw fail('bad_request', '"completion_window" is a length of time up to 30 days, such as "24h".', {
    param: 'completion_window',
  })
}

/** What a client says of its own calls; credentials are not among it. */
const lastingHeaders = [
  'x-litellm-end-user-id',
  'x-litellm-customer-id',
  'x-litellm-session-id',
  'x-litellm-tags',
  'x-litellm-spend-logs-metadata',
  'x-litellm-num-retries',
  'x-litellm-timeout',
  'anthropic-beta',
  'anthropic-version',
  'openai-beta',
] as const

function lasting(headers: Context['request']['headers']): Readonly<Record<string, string>> {
  const kept: Record<string, string> = {}
  for (const name of lastingHeaders) {
    const value = headers.get(name)
    if (value !== null) kept[name] = value
  }
  return kept
}

export async function getOwnBatch({ gateway }: Context, found: Sealed): Promise<Response> {
  return jsonResponse(batchView(gateway, await ownBatch(gateway, found)))
}

export async function cancelOwnBatch({ gateway }: Context, found: Sealed): Promise<Response> {
  if (!(await gateway.store.batches.cancel(found.upstreamId))) {
    const { body, id } = await ownBatch(gateway, found)
    throw fail('conflict', `This batch is over: it is ${readRecord({ id, body }).state}.`, { param: 'id' })
  }
  return jsonResponse(batchView(gateway, await ownBatch(gateway, found)))
}

/** A batch in a list, as it is now; undefined: it is forgotten. */
export async function currentBatch(gateway: Gateway, { upstreamId }: Sealed): Promise<JsonObject | undefined> {
  const stored = await gateway.store.batches.get(upstreamId, Date.now())
  return stored === undefined ? undefined : batchView(gateway, stored)
}

export async function ownBatch({ store }: Gateway, { upstreamId }: Sealed): Promise<StoredBatch> {
  const stored = await store.batches.get(upstreamId, Date.now())
  if (stored !== undefined) return stored
  throw fail('not_found', 'This batch is forgotten: its time is over.', { param: 'id' })
}

const seconds = (ms: number | undefined): number | null => (ms === undefined ? null : Math.floor(ms / 1000))

/** OpenAI's object of a batch. */
export function batchView(gateway: Gateway, stored: StoredBatch): JsonObject {
  const record = readRecord(stored)
  const idOf = (file: string): string => sealOwn(gateway, stored.owner, file)
  const { times, faults, counts } = record
  const status: BatchState | 'cancelling' = stored.isOpen && stored.isCancelled ? 'cancelling' : record.state
  return {
    id: idOf(stored.id),
    object: 'batch',
    endpoint: record.endpoint,
    errors: faults.length === 0 ? null : { object: 'list', data: faults.map((fault) => ({ ...fault, param: null })) },
    input_file_id: idOf(record.inputFile),
    completion_window: record.completionWindow,
    status,
    output_file_id: record.hasOutput ? idOf(record.outputFile) : null,
    error_file_id: record.hasErrors ? idOf(record.errorFile) : null,
    created_at: seconds(stored.createdAt),
    in_progress_at: seconds(times.in_progress),
    expires_at: seconds(record.expiresMs),
    finalizing_at: seconds(times.finalizing),
    completed_at: seconds(times.completed),
    failed_at: seconds(times.failed),
    expired_at: seconds(times.expired),
    cancelling_at: seconds(times.cancelling),
    cancelled_at: seconds(times.cancelled),
    request_counts: counts,
    metadata: isObject(record.metadata) ? record.metadata : null,
  }
}
