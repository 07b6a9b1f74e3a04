import { setTimeout as sleep } from 'node:timers/promises'
import {
  askDeployment,
  targetOf,
  withoutSecrets,
  type BatchApi,
  type BatchAsk,
  type BatchReport,
  type BatchRows,
  type Deployment,
} from '@switchyard/core'
import { fail, isGatewayError, type GatewayError } from '@switchyard/wire'
import { aliased, mayUseModel } from '../../pipeline/access.ts'
import { wasRefused } from '../objects/was-refused.ts'
import type { BatchBook, Results } from './book.ts'
import type { RemoteBatch } from './record.ts'
import { charge, settle } from './remote-books.ts'
import { RemoteResults } from './remote-results.ts'
import { askingOf, writeRemoteRows, type WrittenRows } from './remote-rows.ts'
import { rowRequestId } from './row-ids.ts'
import { contextOf, kindOf } from './run-row.ts'

const firstPollMs = 1000
const longestPollMs = 30_000
/** A provider that never comes to an end. */
const patienceMs = 3 * 86_400_000

/** Where a provider can make the batch; null: all that it says of one model is not so, and the gateway runs the rows itself. */
export async function remotePlan(book: BatchBook, models: readonly string[]): Promise<RemoteBatch | null> {
  const { snapshot } = book.gateway
  const [name] = models
  if (!snapshot.config.switchyard.kept.batchesByProviders || models.length !== 1 || name === undefined) return null
  try {
    const { principal } = await contextOf(askingOf(book), { customId: '', body: {} }, book.id)
    const model = aliased(principal, name)
    if (!mayUseModel(principal, model, snapshot)) return null
    const { operation } = kindOf(book.record.endpoint)
    const fits = ({ provider, keyProblem, mockResponse }: Deployment): boolean =>
      provider.batches?.operations.includes(operation) === true && keyProblem === undefined && mockResponse === undefined
    const deployment = snapshot.models.find(model)?.deployments.find(fits)
    if (deployment === undefined) return null
    const requestId = rowRequestId({ batch: book.id, createdMs: book.createdMs }, '', 0)
    return { deploymentId: deployment.id, model, requestId, isSubmitted: false, upstreamId: null, isCancelled: false }
  } catch (error) {
    // The key may not be used now: each row says so.
    if (isGatewayError(error)) return null
    throw error
  }
}

interface Remote {
  readonly book: BatchBook
  readonly deployment: Deployment
  readonly api: BatchApi
  readonly ask: BatchAsk
}

/** The provider makes the batch; the gateway asks how far it is and fetches what came out. */
export async function runRemotely(book: BatchBook, plan: RemoteBatch): Promise<void> {
  const { snapshot } = book.gateway
  const all = snapshot.models.groups.flatMap(({ deployments }) => deployments)
  const deployment = all.find(({ id }) => id === plan.deploymentId)
  const api = deployment?.provider.batches
  if (deployment === undefined || api === undefined)
    return failed(book, 'deployment_gone', 'The deployment that makes this batch is no longer configured.')
  const timeoutMs = snapshot.config.server.passThroughTimeoutMs
  const signal = (): AbortSignal => AbortSignal.any([book.cut, AbortSignal.timeout(timeoutMs)])
  const remote = { book, deployment, api, ask: askDeployment(deployment, snapshot.engine.env, signal) }
  if (plan.upstreamId === null && !(await submit(remote, plan))) return
  await follow(remote)
}

/** False: there is nothing to wait for. */
async function submit(remote: Remote, plan: RemoteBatch): Promise<boolean> {
  const { book, deployment } = remote
  if (plan.isSubmitted) {
    await failed(book, ...unknownSubmission)
    return false
  }
  const spool = await book.gateway.shelf.spool()
  try {
    let written: WrittenRows = { bound: 0, headers: {} }
    await book.withResults(async (results) => {
      written = await writeRemoteRows(book, deployment, spool, results)
      if (spool.size === 0 && !book.isLost) await book.finish(results)
    })
    if (spool.size === 0 || book.isLost) return false
    await charge(book, plan, deployment, written.bound)
    return await sendRows(remote, plan, { bytes: spool.size, read: () => spool.read(), headers: written.headers })
  } catch (error) {
    if (!isGatewayError(error) || book.isLost) throw error
    await failed(book, error.type, error.message)
    return false
  } finally {
    await spool.close()
  }
}

/** What was charged for it stays charged. */
const unknownSubmission = [
  'submission_unknown',
  'It is not known whether the provider took this batch: it may work on it.',
] as const

/** False: nobody knows whether the provider has it. Throws its refusal. */
async function sendRows({ book, deployment, api, ask }: Remote, plan: RemoteBatch, rows: BatchRows): Promise<boolean> {
  const { operation } = kindOf(book.record.endpoint)
  const target = targetOf(deployment, plan.model)
  const endpoint = deployment.provider.endpoints[operation]?.[0]
  if (endpoint === undefined) throw new Error(`provider ${deployment.provider.id} has no endpoint for its batches`)
  const job = { target, endpoint, operation, name: book.id, rows }
  for (let waitMs = firstPollMs; ; waitMs = Math.min(longestPollMs, waitMs * 2)) {
    book.change({ remote: { ...plan, isSubmitted: true } })
    await book.save()
    let id: string
    try {
      ;({ id } = await api.submit(job, ask))
    } catch (cause) {
      if (wasRefused(cause)) {
        await waitedOut({ book, deployment }, plan, cause, waitMs)
        continue
      }
      book.gateway.log.error('a provider may have taken a batch without saying so', { batch: book.id, error: cause })
      await failed(book, ...unknownSubmission)
      return false
    }
    book.change({ remote: { ...plan, isSubmitted: true, upstreamId: id } })
    await book.save()
    return true
  }
}

type Place = Pick<Remote, 'book' | 'deployment'>

/** Comes back when it is to be tried again; throws when it is not, or not by this worker. */
async function waitedOut({ book, deployment }: Place, plan: RemoteBatch, cause: unknown, waitMs: number): Promise<void> {
  const error = isGatewayError(cause) ? cause : fail('unreachable', 'The provider could not be reached.', {}, { cause })
  book.change({ remote: plan })
  await book.save()
  const { ending } = book
  if (isPassing(error)) await sleep(error.facts.retryAfterMs ?? waitMs, undefined, { signal: ending }).catch(() => undefined)
  // Whoever goes on charges the same row again.
  if (book.isLost) throw error
  if (isPassing(error) && !ending.aborted && book.record.expiresMs > Date.now()) return
  await settle(book, { remote: plan, deployment }, refusal(error))
  throw error
}

/** A refusal that passes. */
const isPassing = ({ kind }: GatewayError): boolean => kind === 'rate_limited' || kind === 'unavailable' || kind === 'unreachable'

const refusal = ({ kind, facts }: GatewayError) => ({ errorKind: kind, upstreamStatus: facts.upstreamStatus ?? null })

/** Asks until the provider is done. */
async function follow(remote: Remote): Promise<void> {
  const { book, api, deployment, ask } = remote
  for (let waitMs = firstPollMs; !book.isLost; waitMs = Math.min(longestPollMs, waitMs * 1.5)) {
    const plan = book.record.remote
    if (plan === null || plan.upstreamId === null) throw new Error('a batch that was submitted has no id')
    const target = targetOf(deployment, plan.model)
    const isLate = book.record.expiresMs <= Date.now()
    if ((book.isCancelled || isLate) && !plan.isCancelled) {
      await asked(book, () => api.cancel(plan.upstreamId ?? '', target, ask))
      book.change({ remote: { ...plan, isCancelled: true } })
    }
    const report = await asked(book, () => api.look(plan.upstreamId ?? '', target, ask))
    if (report?.state === 'ended') return collected(remote, plan, report)
    if (report?.state === 'failed' || book.record.expiresMs + patienceMs <= Date.now()) {
      await settle(book, { remote: plan, deployment }, { errorKind: 'bad_request', upstreamStatus: 200 })
      return failed(book, 'provider_failed', withoutSecrets(report?.message ?? endless, deployment))
    }
    await book.save()
    await sleep(waitMs, undefined, { signal: book.leaving }).catch(() => undefined)
  }
}

const endless = 'The provider did not come to an end with this batch.'

/** A provider that cannot be reached now is asked again. */
async function asked<T>(book: BatchBook, question: () => Promise<T>): Promise<T | undefined> {
  try {
    return await question()
  } catch (error) {
    book.gateway.log.warn('a provider could not be asked about a batch; it is tried again', { batch: book.id, error })
    return undefined
  }
}

function collected({ book, deployment, api, ask }: Remote, remote: RemoteBatch, report: BatchReport): Promise<void> {
  return book.withResults(async (results: Results) => {
    const cost = await new RemoteResults(book, deployment, results).collect(api, report.results, ask)
    await settle(book, { remote, deployment }, cost)
    await book.finish(results)
  })
}

async function failed(book: BatchBook, code: string, message: string): Promise<void> {
  book.change({ faults: [{ code, message, line: null }] })
  await book.enter('failed')
}
