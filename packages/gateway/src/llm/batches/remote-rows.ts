import { providerRow, type Ask, type Deployment, type ProviderRow } from '@switchyard/core'
import { fail, type JsonObject, type NanoUsd } from '@switchyard/wire'
import type { Context } from '../../http/context.ts'
import { aliased, requireModel } from '../../pipeline/access.ts'
import { dialectHeaders } from '../../pipeline/dialect-headers.ts'
import { mayNameFiles, withFiles } from '../../pipeline/file-references.ts'
import { readAsk } from '../../pipeline/read-ask.ts'
import { rowBound } from '../objects/batch-file.ts'
import type { Spool } from '../objects/spool.ts'
import type { BatchBook, Results } from './book.ts'
import { rowRequestId } from './row-ids.ts'
import { rowsOf, type Row } from './rows.ts'
import { contextOf, failureOf, kindOf, refusedLine, type Asking } from './run-row.ts'

/** A row as the provider gets it. */
export interface AskedRow extends ProviderRow {
  readonly context: Context
  readonly ask: Ask
}

export const askingOf = ({ gateway, id, owner, createdMs, cut, record }: BatchBook): Asking => ({
  gateway,
  batch: { id, owner, createdMs, expiresMs: record.expiresMs },
  endpoint: record.endpoint,
  headers: record.headers,
  ip: record.ip,
  cut,
})

export const idOfRow = (book: BatchBook, { customId }: Row): string =>
  rowRequestId({ batch: book.id, createdMs: book.createdMs }, customId, 0)

/** Checks a row as the pipeline checks a request, and writes it for one deployment. */
export async function askedRow(book: BatchBook, row: Row, deployment: Deployment): Promise<AskedRow> {
  const kind = kindOf(book.record.endpoint)
  const context = await contextOf(askingOf(book), row, idOfRow(book, row))
  const read = await readAsk(context, { ...kind, path: { stream: false } })
  if (read.body.has('previous_response_id'))
    throw fail('bad_request', 'A row of a batch cannot continue a response.', { param: 'previous_response_id' })
  const named = { ...read, model: aliased(context.principal, read.model) }
  requireModel(context.principal, named.model, context.snapshot)
  const ask = mayNameFiles(named) ? await withFiles(context, named) : named
  return { context, ask, ...providerRow(ask, deployment) }
}

/** Name of a row at the provider: custom ids of clients are not what every provider takes. */
export const nameOfRow = (index: number): string => `row-${index}`
export const indexOfRow = (name: string): number => Number(/^row-(\d+)$/.exec(name)?.[1] ?? Number.NaN)

export interface WrittenRows {
  /** The most that they may cost. */
  readonly bound: NanoUsd
  /** What the provider's endpoint needs to hear beside them. */
  readonly headers: Record<string, string>
}

/** Writes what is submitted. Rows that cannot be asked get their error at once. */
export async function writeRemoteRows(
  book: BatchBook,
  deployment: Deployment,
  spool: Spool,
  results: Results,
): Promise<WrittenRows> {
  const { endpoint, inputFile } = book.record
  const kind = kindOf(endpoint)
  const flags = new Map<string, Set<string>>()
  let bound = 0
  let index = -1
  for await (const row of rowsOf(book.gateway.shelf.read(inputFile), endpoint)) {
    index++
    if (results.done.has(row.customId)) continue
    let line: JsonObject | undefined
    try {
      const { context, body, prepared } = await askedRow(book, row, deployment)
      const isOwnDialect = prepared.endpoint.shape === kind.shape
      addFlags(flags, isOwnDialect ? dialectHeaders(context.request.headers, kind.shape) : {})
      addFlags(flags, deployment.provider.headersFor?.(prepared.target, prepared.endpoint, body) ?? {})
      bound += rowBound(context, row.body, kind, deployment)
      line = deployment.provider.batches?.row(nameOfRow(index), body)
    } catch (cause) {
      await results.errors.append(refusedLine(row, idOfRow(book, row), failureOf(book, kind, cause)))
      book.refused()
    }
    if (line !== undefined) await spool.write(Buffer.from(`${JSON.stringify(line)}\n`))
  }
  return { bound, headers: Object.fromEntries([...flags].map(([name, values]) => [name, [...values].join(',')])) }
}

/** One submission speaks for all rows: what one of them needs, all of them get. */
function addFlags(flags: Map<string, Set<string>>, headers: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(headers)) {
    const known = flags.get(name) ?? new Set()
    for (const flag of value.split(',')) known.add(flag.trim())
    flags.set(name, known)
  }
}
