import { costOf, manners } from '@switchyard/core'
import { isObject, objectOf, parseJson, stringOf, type JsonObject, type NanoUsd, type Usage } from '@switchyard/wire'
import type { Gateway } from '../../gateway.ts'
import type { LedgerRow } from '../../store/index.ts'
import { linesOf } from '../objects/batch-file.ts'
import type { BatchBook } from './book.ts'
import { outcomeOf, payerOfBatch } from './remote-books.ts'
import { kindOf } from './run-row.ts'

/**
 * An answer is kept before it is paid for, and a worker may have been stopped in between: its row in the ledger does not know how
 * the attempt ended. The answer does.
 */
export async function settleKept(book: BatchBook): Promise<void> {
  const { gateway, record } = book
  const { payer, charges } = await payerOfBatch(book)
  for await (const line of linesOf(gateway.shelf.read(record.outputFile))) {
    const answer = answerIn(line)
    const row = answer === undefined ? undefined : await lostRow(gateway, answer.requestId)
    if (answer === undefined || row === undefined) continue
    const usage = manners(kindOf(record.endpoint).shape).readUsage(answer.body)
    if (usage === undefined) continue
    const outcome = outcomeOf(stringOf(answer.body['id']) ?? null, { usage, nano: costOfRow(gateway, row, usage) })
    await gateway.money.permits.settleLater({ facts: row, payer, charges }, outcome)
  }
  await gateway.money.ship()
}

interface Answer {
  readonly requestId: string
  readonly body: JsonObject
}

function answerIn(line: string): Answer | undefined {
  const json = parseJson(line)
  const response = isObject(json) ? objectOf(json['response']) : undefined
  const requestId = stringOf(response?.['request_id'])
  const body = objectOf(response?.['body'])
  return requestId === undefined || body === undefined ? undefined : { requestId, body }
}

/** The attempt that was under way: a call has one at a time, the last one. */
async function lostRow({ store }: Gateway, requestId: string): Promise<LedgerRow | undefined> {
  const rows = await store.ledger.list({ requestId, offset: 0, limit: 100 })
  if (rows.some(({ status }) => status === 'success')) return undefined
  return rows.filter(({ status }) => status === 'lost').toSorted((a, b) => b.attempt - a.attempt)[0]
}

function costOfRow({ snapshot }: Gateway, { deploymentId }: LedgerRow, usage: Usage): NanoUsd {
  const all = snapshot.models.groups.flatMap(({ deployments }) => deployments)
  const facts = all.find(({ id }) => id === deploymentId)?.facts
  return facts === undefined ? 0 : costOf(facts.prices, usage, { nowMs: Date.now() }).total
}
