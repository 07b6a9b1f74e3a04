import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { linesOf } from './batch-file.ts'

const text = 'one\n\nüber\r\n日本\nlast'
const bytes = Buffer.from(text)

/** As files are read: one buffer for all pieces. */
async function* cut(size: number): AsyncGenerator<Uint8Array> {
  const buffer = Buffer.alloc(size)
  for (let at = 0; at < bytes.length; at += size) yield buffer.subarray(0, bytes.copy(buffer, 0, at, at + size))
}

async function linesIn(pieces: AsyncIterable<Uint8Array>): Promise<readonly string[]> {
  const lines: string[] = []
  for await (const line of linesOf(pieces)) lines.push(line)
  return lines
}

describe('lines of a file', () => {
  it('are the same wherever it is cut', async () => {
    for (let size = 1; size <= bytes.length; size++) assert.deepEqual(await linesIn(cut(size)), text.split('\n'))
  })

  it('have a length that memory holds', async () => {
    let sent = 0
    async function* endless(): AsyncGenerator<Uint8Array> {
      const piece = Buffer.alloc(1024 * 1024, 'x')
      for (;;) {
        sent++
        yield piece
      }
    }
    await assert.rejects(linesIn(endless()), /too long/)
    assert.equal(sent, 17)
  })
})
