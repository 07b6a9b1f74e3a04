import { costOf, measuredOf, type Deployment } from '@switchyard/core'
import {
  isGatewayError,
  isObject,
  isString,
  numberOf,
  parseJson,
  stringOf,
  type JsonObject,
  type NanoUsd,
  type Usage,
} from '@switchyard/wire'
import type { Gateway } from '../gateway.ts'
import type { Context } from '../http/context.ts'
import { payerOf } from '../passthrough/books.ts'
import { laterOutcome } from '../money/index.ts'
import { isPricedDeployment } from '../pipeline/bound.ts'
import type { Snapshot } from '../snapshot.ts'
import { rowId, type LedgerRow, type Outcome } from '../store/index.ts'
import { jsonOf, sendTo } from './objects/ask-keeper.ts'
import { unseal, type Sealed } from './objects/sealed-id.ts'
import { keeperOf, ownVideo, readNote, writeNote, type VideoNote } from './videos-notes.ts'

type Scene = { readonly gateway: Gateway; readonly snapshot: Snapshot }

/** A video whose end is not in the ledger yet. */
interface OpenVideo {
  /** As the client knows it: the id says where it is made and in which row it is billed. */
  readonly id: string
  readonly charges: readonly string[]
}

const shelf = 'open-videos'
/** No maker keeps a job that long. */
const keepMs = 7 * 24 * 3600 * 1000
const mostOpen = 1000
const askMs = 60_000
const everyMs = 30_000
const over: ReadonlySet<string> = new Set(['completed', 'failed', 'cancelled', 'expired'])

const idOf = ({ requestId, attempt }: Pick<VideoNote, 'requestId' | 'attempt'>): string => `open-video-${requestId}.${attempt}`

/** What a video of the reply's length and size is billed by. */
export const videoUsage = (reply: JsonObject): Usage =>
  measuredOf('video').count({ reply, replyBytes: 0, field: () => undefined, files: [] })

export const videoCost = ({ facts }: Deployment, usage: Usage): NanoUsd =>
  facts === undefined ? 0 : costOf(facts.prices, usage, { nowMs: Date.now() }).total

/** Where a job runs and who is billed for it. */
export interface Begun extends Pick<Sealed, 'deploymentRef' | 'ownerRef'>, Pick<VideoNote, 'requestId' | 'attempt' | 'group'> {}

/** The job with an id of ours; that its end has to be booked is remembered. */
export async function beginJob(context: Context, reply: JsonObject, begun: Begun): Promise<JsonObject> {
  const { deploymentRef, ownerRef, ...row } = begun
  const seconds = stringOf(reply['seconds']) ?? numberOf(reply['seconds']) ?? ''
  const note = writeNote({ ...row, seconds: String(seconds), size: stringOf(reply['size']) ?? '' })
  const own = ownVideo(context, reply, { deploymentRef, ownerRef, upstreamId: stringOf(reply['id']) ?? '', note })
  const open: OpenVideo = { id: stringOf(own['id']) ?? '', charges: payerOf(context).charges }
  const expiresAt = Date.now() + keepMs
  await context.gateway.store.responses.put({ id: idOf(row), keyId: shelf, body: JSON.stringify(open), expiresAt })
  return own
}

/** Books what a video has cost, once, when the provider says that it is done. Answers whether it was booked now. */
export async function settleVideo(scene: Scene, sealed: Sealed, reply: JsonObject): Promise<boolean> {
  const { store, money } = scene.gateway
  const status = stringOf(reply['status']) ?? ''
  if (!over.has(status)) return false
  const note = readNote(sealed.note)
  const open = readOpen(await store.responses.get(idOf(note), shelf, Date.now()))
  if (open === undefined) return false
  // The row to be replaced must have come to the ledger; who deletes the note books, and nobody else.
  const row = await store.ledger.get(rowId(note.requestId, note.attempt))
  if (row?.status !== 'lost' || !(await store.responses.delete(idOf(note), shelf))) return false
  const keeper = keeperOf(scene, sealed)
  const outcome = outcomeOf(keeper, row, { ...reply, status })
  await money.permits.settleLater(
    { facts: row, payer: row, charges: open.charges },
    { ...outcome, providerRequestId: sealed.upstreamId },
  )
  return true
}

/** A clip that was not made is not billed; one of another length than was asked for costs what it is. */
function outcomeOf(keeper: Deployment, { spendNano }: LedgerRow, reply: JsonObject): Outcome {
  const isMade = reply['status'] === 'completed'
  const told = (reply['seconds'] ?? undefined) !== undefined
  const status = isMade ? 'success' : 'failure'
  return {
    ...laterOutcome({ status, errorKind: isMade ? null : 'bad_gateway', upstreamStatus: 200 }),
    estimated: isMade && !told,
    unpriced: isMade && !isPricedDeployment(keeper),
    spendNano: !isMade ? 0 : told ? videoCost(keeper, videoUsage(reply)) : spendNano,
  }
}

/** Videos are settled though nobody asks for them any more. One process of a machine is enough. */
export function watchVideos(gateway: Gateway): NodeJS.Timeout {
  let isAsking = false
  const ask = async (): Promise<void> => {
    if (isAsking) return
    isAsking = true
    try {
      await settleOpenVideos({ gateway, snapshot: gateway.snapshot })
    } catch (error) {
      gateway.log.warn('open videos could not be read; they are tried again', { error })
    } finally {
      isAsking = false
    }
  }
  return setInterval(() => void ask(), everyMs).unref()
}

/** Asks for every video that is still open. */
export async function settleOpenVideos(scene: Scene): Promise<void> {
  const { gateway } = scene
  for (const { id, body } of await gateway.store.responses.list(shelf, Date.now(), mostOpen)) {
    const sealed = unseal(gateway, readOpen(body)?.id ?? '')
    if (sealed === undefined) continue
    try {
      const keeper = keeperOf(scene, sealed)
      const question = { kind: 'videos', method: 'GET', path: `/${encodeURIComponent(sealed.upstreamId)}` } as const
      const reply = await jsonOf(await sendTo(scene, keeper, question, AbortSignal.timeout(askMs)), keeper, 'videos')
      await settleVideo(scene, sealed, reply)
    } catch (error) {
      // Deleted before it was done: what was charged stays charged, for nobody can say what it has cost.
      if (isGatewayError(error) && error.kind === 'not_found') await gateway.store.responses.delete(id, shelf)
      else gateway.log.warn('a video could not be settled; it is tried again', { video: sealed.upstreamId, error })
    }
  }
}

/** What was written by `beginJob`. */
function readOpen(text: string | undefined): OpenVideo | undefined {
  const value = text === undefined ? undefined : parseJson(text)
  if (!isObject(value) || !isString(value['id']) || !Array.isArray(value['charges'])) return undefined
  return { id: value['id'], charges: value['charges'].filter(isString) }
}
