import { clientReply, costOf, type BatchApi, type BatchAsk, type BatchResult, type Deployment } from '@switchyard/core'
import { isObject, makeUsage, parseJson, type JsonObject, type NanoUsd, type Usage } from '@switchyard/wire'
import { linesOf } from '../objects/batch-file.ts'
import type { BatchBook, Results } from './book.ts'
import { askedRow, idOfRow, indexOfRow } from './remote-rows.ts'
import { readRow, RowIndex, type Row } from './rows.ts'
import { answeredLine, failureOf, kindOf, notExecuted, refusedLine } from './run-row.ts'

export interface Collected {
  readonly usage: Usage
  readonly nano: NanoUsd
}

const usageParts = ['input', 'output', 'cacheRead', 'cacheWrite', 'reasoning'] as const

/** Reads what the provider answered into the client's files, and adds up what it cost. */
export class RemoteResults {
  readonly #book: BatchBook
  readonly #deployment: Deployment
  readonly #results: Results
  readonly #sums = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, reasoning: 0 }
  #nano = 0

  constructor(book: BatchBook, deployment: Deployment, results: Results) {
    this.#book = book
    this.#deployment = deployment
    this.#results = results
  }

  async collect(api: BatchApi, places: readonly string[], ask: BatchAsk): Promise<Collected> {
    const { gateway, record } = this.#book
    const index = await RowIndex.of(gateway.shelf.read(record.inputFile))
    const seen = new Set<number>()
    for (const url of places) {
      const { body } = await ask({ method: 'GET', url })
      if (body === null) continue
      for await (const line of linesOf(body)) {
        const json = parseJson(line)
        const result = isObject(json) ? api.result(json) : undefined
        const at = result === undefined ? Number.NaN : indexOfRow(result.id)
        const row = await this.#row(index, at)
        if (result === undefined || row === undefined || seen.has(at)) continue
        seen.add(at)
        await this.#take(row, result)
      }
    }
    for (let at = 0; at < index.size; at++) if (!seen.has(at)) await this.#missing(await this.#row(index, at))
    return { usage: makeUsage(this.#sums), nano: this.#nano }
  }

  async #row(index: RowIndex, at: number): Promise<Row | undefined> {
    const span = index.spanOf(at)
    if (span === undefined) return undefined
    const { gateway, record } = this.#book
    const row = readRow(await gateway.shelf.slice(record.inputFile, span), record.endpoint)
    return 'code' in row ? undefined : row
  }

  async #take(row: Row, result: BatchResult): Promise<void> {
    if (result.kind === 'not run') {
      if (result.code === 'batch_expired' && !this.#results.done.has(row.customId))
        this.#book.change({ expired: this.#book.record.expired + 1 })
      return this.#refuse(row, notExecuted(row, result.code, result.message))
    }
    const id = idOfRow(this.#book, row)
    try {
      const asked = await askedRow(this.#book, row, this.#deployment)
      const { bytes, usage } = await clientReply(result, { ...asked, deployment: this.#deployment, id })
      if (usage !== undefined) this.#add(usage)
      if (this.#results.done.has(row.customId)) return
      await this.#results.output.append(answeredLine(row, id, bytes))
      this.#book.answered()
    } catch (cause) {
      await this.#refuse(row, refusedLine(row, id, failureOf(this.#book, kindOf(this.#book.record.endpoint), cause)))
    }
  }

  /** The provider says nothing of a row: it was refused before, or cancelled, or is lost. */
  async #missing(row: Row | undefined): Promise<void> {
    if (row === undefined) return
    const { isCancelled } = this.#book
    const why = isCancelled
      ? 'The batch was cancelled before this request was run.'
      : 'The provider gave no result for this request.'
    await this.#refuse(row, notExecuted(row, isCancelled ? 'batch_cancelled' : 'no_result', why))
  }

  async #refuse({ customId }: Row, line: JsonObject): Promise<void> {
    if (this.#results.done.has(customId)) return
    await this.#results.errors.append(line)
    this.#book.refused()
  }

  #add(usage: Usage): void {
    for (const part of usageParts) this.#sums[part] += usage[part]
    const { facts } = this.#deployment
    if (facts !== undefined) this.#nano += costOf(facts.prices, usage, { batch: true, nowMs: Date.now() }).total
  }
}
