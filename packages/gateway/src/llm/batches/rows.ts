import type { Operation, Shape } from '@switchyard/core'
import { isObject, objectOf, parseJson, stringOf, type JsonObject } from '@switchyard/wire'
import { linesOf } from '../objects/batch-file.ts'
import type { BatchFault } from './record.ts'

export interface RowKind {
  readonly operation: Operation
  readonly shape: Shape
}

/** The endpoints of whose requests the gateway makes batches: what is asked in JSON and answered at once. */
export const rowKinds: Readonly<Record<string, RowKind>> = {
  '/v1/chat/completions': { operation: 'chat', shape: 'openai-chat' },
  '/v1/responses': { operation: 'chat', shape: 'openai-responses' },
  '/v1/messages': { operation: 'chat', shape: 'anthropic-messages' },
  '/v1/completions': { operation: 'completion', shape: 'openai-completions' },
  '/v1/embeddings': { operation: 'embedding', shape: 'openai-embeddings' },
  '/v1/moderations': { operation: 'moderation', shape: 'openai-moderations' },
  '/v1/images/generations': { operation: 'image_generation', shape: 'openai-images' },
  '/v1/rerank': { operation: 'rerank', shape: 'rerank' },
}

export interface Row {
  readonly customId: string
  readonly body: JsonObject
}

/** What is wrong with a file; more faults than this tell nothing new. */
const mostFaults = 100

export interface CheckedRows {
  readonly total: number
  readonly faults: readonly BatchFault[]
  readonly models: readonly string[]
}

/** Reads all of a file before anything is run: how many rows it has, or what is wrong with them. */
export async function checkRows(pieces: AsyncIterable<Uint8Array>, endpoint: string, mostRows: number): Promise<CheckedRows> {
  const faults: BatchFault[] = []
  const models = new Set<string>()
  const seen = new Set<string>()
  let line = 0
  const wrong = (code: string, message: string): void => void faults.push({ code, message, line })
  for await (const text of linesOf(pieces)) {
    line++
    if (isBlank(text)) continue
    const row = readRow(text, endpoint)
    if ('code' in row) wrong(row.code, row.message)
    else if (seen.has(row.customId)) wrong('duplicate_custom_id', `The custom_id "${row.customId.slice(0, 64)}" stands twice.`)
    else {
      seen.add(row.customId)
      models.add(stringOf(row.body['model']) ?? '')
    }
    if (faults.length >= mostFaults) break
    if (seen.size > mostRows) {
      wrong('too_many_tasks', `The file has more than ${mostRows} rows.`)
      break
    }
  }
  if (faults.length === 0 && seen.size === 0) faults.push({ code: 'empty_file', message: 'The file has no rows.', line: null })
  return { total: seen.size, faults, models: [...models] }
}

/** The rows of a file that was checked. */
export async function* rowsOf(pieces: AsyncIterable<Uint8Array>, endpoint: string): AsyncGenerator<Row, void, void> {
  for await (const text of linesOf(pieces)) {
    if (isBlank(text)) continue
    const row = readRow(text, endpoint)
    if ('code' in row) throw new Error(`a row that was checked is broken: ${row.code}`)
    yield row
  }
}

function isBlank(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > blank) return false
  return true
}

/** This character and those before it are nothing to read. */
const blank = 32

export function readRow(text: string, endpoint: string): Row | Pick<BatchFault, 'code' | 'message'> {
  const row = parseJson(text)
  if (!isObject(row)) return { code: 'invalid_json_line', message: 'This line is not a JSON object.' }
  const customId = stringOf(row['custom_id'])
  const body = objectOf(row['body'])
  if (customId === undefined || customId === '') return missing('custom_id')
  if (row['method'] !== undefined && row['method'] !== 'POST')
    return { code: 'invalid_method', message: 'The method of a row is "POST".' }
  if (row['url'] !== endpoint)
    return { code: 'mismatched_endpoint', message: `The url of this row is not the batch's endpoint, ${endpoint}.` }
  return body === undefined ? missing('body') : { customId, body }
}

const missing = (name: string): Pick<BatchFault, 'code' | 'message'> => ({
  code: 'missing_required_parameter',
  message: `This row has no "${name}".`,
})

const newLine = 10

interface Span {
  readonly at: number
  readonly length: number
}

/** Where the rows of a file stand, so that one of them can be read again. */
export class RowIndex {
  readonly #at: number[] = []
  readonly #length: number[] = []

  static async of(pieces: AsyncIterable<Uint8Array>): Promise<RowIndex> {
    const index = new RowIndex()
    let start = 0
    let isEmpty = true
    let read = 0
    const end = (at: number): void => {
      if (!isEmpty) index.#add(start, at - start)
      isEmpty = true
      start = at + 1
    }
    for await (const piece of pieces) {
      for (let at = 0; at < piece.length; at++) {
        const byte = piece[at] ?? newLine
        if (byte === newLine) end(read + at)
        else if (byte > blank) isEmpty = false
      }
      read += piece.length
    }
    end(read)
    return index
  }

  get size(): number {
    return this.#at.length
  }

  spanOf(row: number): Span | undefined {
    const at = this.#at[row]
    const length = this.#length[row]
    return at === undefined || length === undefined ? undefined : { at, length }
  }

  #add(at: number, length: number): void {
    this.#at.push(at)
    this.#length.push(length)
  }
}
