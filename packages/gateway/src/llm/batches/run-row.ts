import { setTimeout as sleep } from 'node:timers/promises'
import { manners } from '@switchyard/core'
import { fail, parseJson, type GatewayError, type JsonObject } from '@switchyard/wire'
import type { Gateway } from '../../gateway.ts'
import type { Context } from '../../http/context.ts'
import { publicError } from '../../http/errors.ts'
import { admitKey, type Principal } from '../../pipeline/identify.ts'
import { readAsk } from '../../pipeline/read-ask.ts'
import { dispatch } from '../../pipeline/serve-call.ts'
import { rowId } from '../../store/index.ts'
import { rowRequestId } from './row-ids.ts'
import { rowKinds, type Row, type RowKind } from './rows.ts'

/** What the rows of one batch have in common. */
export interface RowScene {
  readonly gateway: Gateway
  readonly batch: { readonly id: string; readonly owner: string; readonly createdMs: number; readonly expiresMs: number }
  readonly endpoint: string
  readonly headers: Readonly<Record<string, string>>
  readonly ip: string | null
  /** Another worker had this batch before: the ledger says what it has done. */
  readonly isResumed: boolean
  /** No more runs are begun: the batch is cancelled, or this worker leaves. */
  readonly ending: AbortSignal
  /** Runs are cut off. */
  readonly cut: AbortSignal
}

/** How a row ended. `result`: its line of the output or error file; undefined: it was not run, and may be later. */
export type RowEnd =
  | { readonly kind: 'answered' }
  | { readonly kind: 'refused'; readonly result: JsonObject }
  | { readonly kind: 'not run' }

type Keep = (line: JsonObject) => Promise<void>

/** Refusals by a provider that are waited out before the row is given up. */
const mostRefusals = 20
const firstWaitMs = 1000
const longestWaitMs = 60_000

/** Runs a row through the ordinary pipeline until it is answered or refused for good. `keep` has its answer before it is paid for. */
export async function runRow(scene: RowScene, row: Row, keep: Keep): Promise<RowEnd> {
  const begin = scene.isResumed ? await firstRun(scene, row) : { run: 0, isPaid: false }
  if (begin.isPaid) return { kind: 'refused', result: notExecuted(row, 'answer_lost', lostAnswer) }
  let { run } = begin
  let waits = 0
  let refusals = 0
  for (;;) {
    if (scene.ending.aborted || scene.batch.expiresMs <= Date.now()) return { kind: 'not run' }
    const requestId = rowRequestId({ batch: scene.batch.id, createdMs: scene.batch.createdMs }, row.customId, run)
    const failure = await runOnce(scene, row, requestId, keep)
    if (failure === undefined) return { kind: 'answered' }
    const { error } = failure
    if (scene.cut.aborted) return { kind: 'not run' }
    const { upstreamStatus, retryAfterMs } = error.facts
    // What did not reach a provider has no row, so that its id is still free; our own limits are waited out however long it takes.
    if (upstreamStatus !== undefined) run++
    const isOurs = upstreamStatus === undefined && error.kind !== 'no_deployment'
    if (!isWorthWaiting(error) || (!isOurs && ++refusals > mostRefusals)) {
      return { kind: 'refused', result: refusedLine(row, requestId, failure) }
    }
    await pause(scene, retryAfterMs ?? Math.min(longestWaitMs, firstWaitMs * 2 ** waits++))
  }
}

const lostAnswer = 'This request was answered and paid for, but its answer was lost when the gateway was stopped by force.'

/** Where to go on with a row that a worker which is gone may have begun. */
async function firstRun({ gateway, batch }: RowScene, { customId }: Row): Promise<{ run: number; isPaid: boolean }> {
  for (let run = 0; ; run++) {
    const requestId = rowRequestId({ batch: batch.id, createdMs: batch.createdMs }, customId, run)
    if ((await gateway.store.ledger.get(rowId(requestId, 1))) === undefined) return { run, isPaid: false }
    const rows = await gateway.store.ledger.list({ requestId, offset: 0, limit: 100 })
    if (rows.some(({ status }) => status === 'success')) return { run, isPaid: true }
    // Rows of attempts that nobody saw the end of are replaced by those of the same run done again.
    if (rows.some(({ status, attempt }) => status === 'lost' && attempt === 1)) return { run, isPaid: false }
  }
}

/** Our limits and a provider's: both pass. What else fails was tried again and elsewhere by the pipeline itself. */
const isWorthWaiting = ({ kind }: GatewayError): boolean =>
  kind === 'rate_limited' || kind === 'no_deployment' || kind === 'unavailable'

async function pause({ ending, batch }: RowScene, ms: number): Promise<void> {
  const left = Math.max(0, batch.expiresMs - Date.now())
  await sleep(Math.min(ms, left), undefined, { signal: ending }).catch(ignoreAbort)
}

/** Only our own signal ends a pause early. */
function ignoreAbort(error: unknown): void {
  if (!(error instanceof Error && error.name === 'AbortError')) throw error
}

/** Who asks for a row, and how. */
export type Asking = Pick<RowScene, 'gateway' | 'batch' | 'endpoint' | 'headers' | 'ip' | 'cut'>

export interface Failure {
  readonly error: GatewayError
  readonly status: number
  readonly body: JsonObject
}

async function runOnce(scene: RowScene, row: Row, requestId: string, keep: Keep): Promise<Failure | undefined> {
  const { gateway } = scene
  const kind = kindOf(scene.endpoint)
  let isKept = false
  await spareRoom(scene)
  if (!gateway.load.begin()) return failureOf(scene, kind, fail('unavailable', 'The gateway has more calls than it can serve.'))
  try {
    const context = await contextOf(scene, row, requestId)
    const ask = await readAsk(context, { ...kind, path: { stream: false } })
    if (ask.body.has('previous_response_id'))
      throw fail('bad_request', 'A row of a batch cannot continue a response.', { param: 'previous_response_id' })
    await dispatch(context, ask, {
      keep: async (reply) => {
        if (!isKept) await keep(answeredLine(row, requestId, reply))
        isKept = true
      },
    })
    return undefined
  } catch (cause) {
    // The books are late, and make up for it by themselves: the answer stands.
    if (isKept) return undefined
    return failureOf(scene, kind, cause)
  } finally {
    gateway.load.end()
  }
}

/** Clients come first: while they keep this worker busy, no row is begun. */
async function spareRoom({ gateway, ending }: RowScene): Promise<void> {
  while (!gateway.load.hasSpare && !ending.aborted) await sleep(busyMs)
}

const busyMs = 250

export function kindOf(endpoint: string): RowKind {
  const kind = rowKinds[endpoint]
  if (kind === undefined) throw new Error(`no batch is made of ${endpoint}`)
  return kind
}

export function failureOf({ gateway }: Pick<RowScene, 'gateway'>, kind: RowKind, cause: unknown): Failure {
  const error = publicError(cause, (bug) => gateway.log.error('a row of a batch failed', { error: bug }))
  const { budgetExceededStatus } = gateway.snapshot.config.calls
  const status = error.kind === 'over_budget' ? budgetExceededStatus : error.status
  return { error, status, body: manners(kind.shape).writeError(error) }
}

/** The row as a request of the key that made the batch, as that key is now. */
export async function contextOf(scene: Asking, { body }: Row, callId: string): Promise<Context> {
  const { gateway, endpoint, cut, ip } = scene
  const url = `http://gateway${endpoint}`
  const route = gateway.router.find('POST', endpoint)?.route
  if (route === undefined) throw new Error(`there is no route ${endpoint}`)
  const { stream: _, ...rest } = body
  const bytes = new TextEncoder().encode(JSON.stringify(rest))
  const headers = new Headers({ ...scene.headers, 'content-type': 'application/json', 'content-length': String(bytes.length) })
  return {
    gateway,
    snapshot: gateway.snapshot,
    route,
    request: { url, method: 'POST', headers, signal: cut, body: null, received: () => bytes, bytes: async () => bytes },
    params: {},
    query: new URLSearchParams(),
    callId,
    ip,
    principal: await principalOf(scene, route),
    startedMs: performance.now(),
  }
}

async function principalOf({ gateway, batch }: Asking, route: Context['route']): Promise<Principal> {
  if (batch.owner === 'master') return { kind: 'master' }
  const record = await gateway.store.keys.byId(batch.owner)
  if (record === undefined || record.deletedAt !== null) throw fail('auth', 'The key that made this batch was deleted.')
  admitKey(record, route)
  return { kind: 'key', record }
}

export const answeredLine = ({ customId }: Row, requestId: string, reply: Uint8Array): JsonObject => ({
  id: `batch_req_${requestId}`,
  custom_id: customId,
  response: { status_code: 200, request_id: requestId, body: parseJson(new TextDecoder().decode(reply)) },
  error: null,
})

export const refusedLine = ({ customId }: Row, requestId: string, { status, body }: Failure): JsonObject => ({
  id: `batch_req_${requestId}`,
  custom_id: customId,
  response: { status_code: status, request_id: requestId, body },
  error: null,
})

/** The line of a row to which there is no reply. */
export const notExecuted = ({ customId }: Pick<Row, 'customId'>, code: string, message: string): JsonObject => ({
  id: `batch_req_${crypto.randomUUID()}`,
  custom_id: customId,
  response: null,
  error: { code, message },
})
