import type { BatchBook, Results } from './book.ts'
import { isOver } from './record.ts'
import { remotePlan, runRemotely } from './remote-batch.ts'
import { checkRows, rowsOf, type Row } from './rows.ts'
import { settleKept } from './settle-kept.ts'
import { notExecuted, runRow, type RowScene } from './run-row.ts'

const missing = { code: 'file_not_found', message: 'The input file was deleted.', line: null }

/** One batch, from where it stands to its end. `waits`: another one makes it, and this worker only asks how far it is. */
export async function runBatch(book: BatchBook, waits: () => void): Promise<void> {
  const isResumed = book.record.state !== 'validating'
  if ((await book.gateway.shelf.get(book.record.inputFile)) === undefined) return withoutInput(book, isResumed)
  if (!isResumed) await validate(book)
  if (isOver(book.record)) return
  const { remote } = book.record
  if (remote === null) return book.withResults((results) => runRows(book, results, isResumed))
  waits()
  await runRemotely(book, remote)
}

/** Nothing more can be run; what was answered before is the client's. */
async function withoutInput(book: BatchBook, isResumed: boolean): Promise<void> {
  book.change({ faults: [missing] })
  if (isResumed && book.record.remote === null) await book.withResults((results) => book.finish(results))
  else await book.enter('failed')
}

async function validate(book: BatchBook): Promise<void> {
  const { endpoint, inputFile } = book.record
  const { shelf, snapshot } = book.gateway
  const { maxBatchRows } = snapshot.config.switchyard.kept
  const { total, faults, models } = await checkRows(shelf.read(inputFile), endpoint, maxBatchRows)
  const remote = faults.length > 0 ? null : await remotePlan(book, models)
  book.change({ faults, remote })
  book.count({ total })
  await book.enter(faults.length > 0 ? 'failed' : 'in_progress')
}

/** The pipeline answers row by row. What is done stands in the files: a row is run when no line there has its id. */
async function runRows(book: BatchBook, results: Results, isResumed: boolean): Promise<void> {
  const { endpoint, inputFile, headers, ip, expiresMs } = book.record
  const { gateway, id, owner, createdMs, ending, cut } = book
  const scene: RowScene = { gateway, batch: { id, owner, createdMs, expiresMs }, endpoint, headers, ip, isResumed, ending, cut }
  const one = async (row: Row): Promise<void> => {
    const end = await runRow(scene, row, (line) => results.output.append(line))
    const isLate = end.kind === 'not run' && !ending.aborted
    if (isLate) await results.errors.append(notExecuted(row, 'batch_expired', tooLate))
    if (end.kind === 'refused') await results.errors.append(end.result)
    if (isLate) book.expired()
    else if (end.kind === 'answered') book.answered()
    else if (end.kind === 'refused') book.refused()
  }
  if (isResumed) await settleKept(book)
  const running = new Set<Promise<void>>()
  const troubles: unknown[] = []
  const { batchConcurrency } = gateway.snapshot.config.switchyard.kept
  for await (const row of rowsOf(gateway.shelf.read(inputFile), endpoint)) {
    if (results.done.has(row.customId)) continue
    if (ending.aborted || troubles.length > 0) break
    const work: Promise<void> = one(row)
      .catch((error: unknown) => void troubles.push(error))
      .finally(() => running.delete(work))
    running.add(work)
    if (running.size >= batchConcurrency) await Promise.race(running)
  }
  await Promise.all(running)
  if (troubles.length > 0) throw troubles[0]
  if (!book.isLost) await book.finish(results)
}

const tooLate = 'This request could not be executed before the completion window ended.'
