import { costOf, manners, readKept, type Deployment } from '@switchyard/core'
import {
  isObject,
  makeUsage,
  numberOf,
  objectOf,
  parseJson,
  stringOf,
  type JsonObject,
  type NanoUsd,
  type Usage,
} from '@switchyard/wire'
import type { Gateway } from '../../gateway.ts'
import { laterOutcome } from '../../money/index.ts'
import type { Snapshot } from '../../snapshot.ts'
import { rowId, type AttemptFacts, type Payer } from '../../store/index.ts'
import { sendTo } from './ask-keeper.ts'
import { linesOf } from './batch-file.ts'
import { deploymentOf } from './owned.ts'
import type { Sealed } from './sealed-id.ts'

/** A batch whose end is not in the ledger yet. */
interface OpenBatch {
  readonly facts: AttemptFacts
  readonly payer: Payer
  readonly charges: readonly string[]
  readonly place: Pick<Sealed, 'deploymentRef' | 'ownerRef'>
  readonly upstreamId: string
}

type Scene = { readonly gateway: Gateway; readonly snapshot: Snapshot }

const shelf = 'open-batches'
/** Longer than any provider works on a batch. */
const keepMs = 60 * 24 * 3600 * 1000
const mostOpen = 1000
const askMs = 60_000
const over: ReadonlySet<string> = new Set(['completed', 'failed', 'expired', 'cancelled'])

const idOf = (requestId: string): string => `open-batch-${requestId}`

export const openBatch = ({ store }: Gateway, batch: OpenBatch): Promise<void> =>
  store.responses.put({
    id: idOf(batch.facts.requestId),
    keyId: shelf,
    body: JSON.stringify(batch),
    expiresAt: Date.now() + keepMs,
  })

/** What this process is settling: the results are read once, however often clients ask. */
const settling = new Set<string>()

/** Books what a batch has cost, once, when the provider says that it is over. */
export async function settleBatch(scene: Scene, requestId: string, batch: JsonObject): Promise<void> {
  if (!over.has(stringOf(batch['status']) ?? '') || settling.has(requestId)) return
  settling.add(requestId)
  try {
    await settleNow(scene, requestId, batch)
  } finally {
    settling.delete(requestId)
  }
}

async function settleNow(scene: Scene, requestId: string, batch: JsonObject): Promise<void> {
  const { store, money } = scene.gateway
  const open = readOpen(await store.responses.get(idOf(requestId), shelf, Date.now()))
  if (open === undefined) return
  const keeper = deploymentOf(scene, open.place.deploymentRef)
  const { usage, nano } = await costOfBatch(scene, keeper, batch)
  // The row to be replaced must have come to the ledger; who deletes the note books, and nobody else.
  if ((await store.ledger.get(rowId(requestId, 1)))?.status !== 'lost') return
  if (!(await store.responses.delete(idOf(requestId), shelf))) return
  const isFailed = batch['status'] === 'failed'
  const status = isFailed ? 'failure' : 'success'
  const end = { status, errorKind: isFailed ? 'bad_request' : null, upstreamStatus: 200, usage, nano } as const
  await money.permits.settleLater(open, laterOutcome({ ...end, providerRequestId: open.upstreamId }))
}

/** It is tried again by `watchBatches`. */
export const notSettled = ({ gateway }: Pick<Scene, 'gateway'>, batch: string, error: unknown): void =>
  gateway.log.warn('a batch could not be settled; it is tried again', { batch, error })

/** Batches are settled though nobody asks for them any more. One process of a machine is enough. */
export function watchBatches(gateway: Gateway): NodeJS.Timeout {
  let isAsking = false
  const ask = async (): Promise<void> => {
    if (isAsking) return
    isAsking = true
    try {
      await settleOpenBatches({ gateway, snapshot: gateway.snapshot })
    } catch (error) {
      gateway.log.warn('open batches could not be read; they are tried again', { error })
    } finally {
      isAsking = false
    }
  }
  return setInterval(() => void ask(), everyMs).unref()
}

const everyMs = 60_000

/** Asks for every batch that is still open. */
async function settleOpenBatches(scene: Scene): Promise<void> {
  const { gateway } = scene
  for (const { body } of await gateway.store.responses.list(shelf, Date.now(), mostOpen)) {
    const open = readOpen(body)
    if (open === undefined) continue
    try {
      const keeper = deploymentOf(scene, open.place.deploymentRef)
      const question = { kind: 'batches', method: 'GET', path: `/${encodeURIComponent(open.upstreamId)}` } as const
      const reply = await readKept(await sendTo(scene, keeper, question, AbortSignal.timeout(askMs)), keeper, 'batches')
      await settleBatch(scene, open.facts.requestId, reply)
    } catch (error) {
      notSettled(scene, open.upstreamId, error)
    }
  }
}

/** What was written by `openBatch`. */
function readOpen(text: string | undefined): OpenBatch | undefined {
  const value = text === undefined ? undefined : parseJson(text)
  return isOpen(value) ? value : undefined
}

const isOpen = (value: unknown): value is OpenBatch =>
  isObject(value) &&
  isObject(value['facts']) &&
  isObject(value['payer']) &&
  Array.isArray(value['charges']) &&
  isObject(value['place'])

interface BatchCost {
  readonly usage: Usage
  readonly nano: NanoUsd
}

/** Row by row from the output file, for models and their prices differ. */
async function costOfBatch(scene: Scene, keeper: Deployment, batch: JsonObject): Promise<BatchCost> {
  const sums = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, reasoning: 0 }
  let nano = 0
  for (const name of ['output_file_id', 'error_file_id'] as const) {
    const id = stringOf(batch[name])
    if (id === undefined || id === '') continue
    const question = { kind: 'files', method: 'GET', path: `/${encodeURIComponent(id)}/content` } as const
    const { body } = await sendTo(scene, keeper, question, AbortSignal.timeout(scene.snapshot.config.server.passThroughTimeoutMs))
    if (body === null) continue
    for await (const line of linesOf(body)) {
      const reply = objectOf(objectOf(objectOf(parseJson(line))?.['response'])?.['body'])
      const usage = reply === undefined ? undefined : usageOf(reply)
      if (reply === undefined || usage === undefined) continue
      for (const part of ['input', 'output', 'cacheRead', 'cacheWrite', 'reasoning'] as const) sums[part] += usage[part]
      nano += costOfRow(scene, keeper, stringOf(reply['model']) ?? '', usage)
    }
  }
  return { usage: makeUsage(sums), nano }
}

const usageOf = (reply: JsonObject): Usage | undefined =>
  manners(numberOf(objectOf(reply['usage'])?.['input_tokens']) === undefined ? 'openai-chat' : 'openai-responses').readUsage(
    reply,
  )

function costOfRow({ snapshot }: Scene, keeper: Deployment, model: string, usage: Usage): NanoUsd {
  const all = snapshot.models.groups.flatMap(({ deployments }) => deployments)
  const named = all.find(
    (one) => one.provider === keeper.provider && (one.model === model || model.startsWith(`${one.model}-20`)),
  )
  const facts = named?.facts ?? snapshot.factsOf(keeper.provider, model) ?? keeper.facts
  return facts === undefined ? 0 : costOf(facts.prices, usage, { batch: true, nowMs: Date.now() }).total
}
