import { RequestBody, type Deployment } from '@switchyard/core'
import type { NanoUsd, Usage } from '@switchyard/wire'
import type { Gateway } from '../../gateway.ts'
import { laterOutcome, masterPrincipal, principalOf, type Principal } from '../../money/index.ts'
import { hostOf } from '../../pipeline/admit.ts'
import { requestFacts } from '../../pipeline/request-facts.ts'
import { rowId, type AttemptFacts, type Outcome } from '../../store/index.ts'
import type { BatchBook } from './book.ts'
import type { RemoteBatch } from './record.ts'

/** What the batch may cost at most is charged before the provider hears of it; the row says that its end is not known. */
export async function charge(book: BatchBook, remote: RemoteBatch, deployment: Deployment, bound: NanoUsd): Promise<void> {
  const { permits } = book.gateway.money
  const permit = await permits.admit(await payerOfBatch(book), { nano: bound, tokens: 0 })
  try {
    await permit.attempt(factsOf(book, remote, deployment)).expire(Date.now(), bound)
  } finally {
    permit.release()
  }
}

/** The row as the batch ended. It replaces the one of `charge`, once: whoever comes later finds that it was. */
export async function settle(
  book: BatchBook,
  { remote, deployment }: { readonly remote: RemoteBatch; readonly deployment: Deployment },
  cost:
    | { readonly usage: Usage; readonly nano: NanoUsd }
    | { readonly errorKind: string; readonly upstreamStatus: number | null },
): Promise<void> {
  const { money } = book.gateway
  if (!(await isCharged(book.gateway, remote))) return
  const { payer, charges } = await payerOfBatch(book)
  await money.permits.settleLater(
    { facts: factsOf(book, remote, deployment), payer, charges },
    outcomeOf(remote.upstreamId, cost),
  )
  await money.ship()
}

async function isCharged({ money, store }: Gateway, { requestId }: RemoteBatch): Promise<boolean> {
  await money.ship()
  const row = await store.ledger.get(rowId(requestId, 1))
  if (row === undefined) throw new Error('the row of a batch has not come to the ledger yet')
  return row.status === 'lost'
}

export async function payerOfBatch({ gateway, owner }: BatchBook): Promise<Principal> {
  const record = owner === 'master' ? undefined : await gateway.store.keys.byId(owner)
  return record === undefined ? masterPrincipal : principalOf(record)
}

const factsOf = (book: BatchBook, remote: RemoteBatch, deployment: Deployment): AttemptFacts => ({
  requestId: remote.requestId,
  attempt: 1,
  callType: 'batch',
  model: remote.model,
  modelGroup: deployment.modelName,
  deploymentId: deployment.id,
  provider: deployment.provider.id,
  apiBase: hostOf(deployment),
  startMs: book.createdMs,
  ip: book.record.ip,
  ...requestFacts(new Headers(book.record.headers), { body: RequestBody.ofJson({ metadata: book.record.metadata ?? {} }) }),
})

export function outcomeOf(upstreamId: string | null, cost: Parameters<typeof settle>[2]): Outcome {
  if (!('usage' in cost)) return laterOutcome({ status: 'failure', providerRequestId: upstreamId, ...cost })
  return laterOutcome({ status: 'success', errorKind: null, upstreamStatus: 200, providerRequestId: upstreamId, ...cost })
}
