import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { rowRequestId } from './row-ids.ts'
import { checkRows, readRow, RowIndex, rowsOf } from './rows.ts'

const endpoint = '/v1/chat/completions'
const row = (id: string, text: string): string =>
  JSON.stringify({ custom_id: id, method: 'POST', url: endpoint, body: { model: 'm', text } })

/** Blank lines, carriage returns, letters of several bytes, no line end behind the last. */
const file = Buffer.from(`\n${row('a', 'é')}\r\n \t\r\n${row('b', '日本')}\n\n${row('c', 'x')}`)

async function* cut(bytes: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < file.length; at += bytes) yield file.subarray(at, at + bytes)
}

describe('rows of a batch file', () => {
  it('are the same, read in order or one by one, wherever the bytes are cut', async () => {
    for (let bytes = 1; bytes <= file.length; bytes++) {
      const index = await RowIndex.of(cut(bytes))
      let at = 0
      for await (const one of rowsOf(cut(bytes), endpoint)) {
        const span = index.spanOf(at++)
        const text = span === undefined ? '' : file.toString('utf8', span.at, span.at + span.length)
        assert.deepEqual(readRow(text, endpoint), one)
      }
      assert.deepEqual([at, index.size], [3, 3])
    }
    assert.deepEqual(await checkRows(cut(7), endpoint, 3), { total: 3, faults: [], models: ['m'] })
  })

  it('have request ids that are UUIDs of the batch’s time, always the same', () => {
    const batch = { batch: 'batch_1', createdMs: 1_790_000_000_000 }
    const id = rowRequestId(batch, 'a', 0)
    assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    assert.equal(rowRequestId(batch, 'a', 0), id)
    assert.equal(Number.parseInt(id.slice(0, 13).replace('-', ''), 16), batch.createdMs)
    assert.equal(new Set([id, rowRequestId(batch, 'a', 1), rowRequestId(batch, 'b', 0)]).size, 3)
  })
})
