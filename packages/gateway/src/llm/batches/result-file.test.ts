import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { ResultFile } from './result-file.ts'

describe('a file of results', () => {
  let folder = ''
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'switchyard-results-'))
  })
  after(() => rm(folder, { recursive: true }))

  it('keeps all lines that were added at once, whole', async () => {
    const path = join(folder, 'all')
    const { file, ids } = await ResultFile.open(path)
    assert.deepEqual(ids, [])
    await Promise.all(Array.from({ length: 200 }, (_, i) => file.append({ custom_id: String(i), text: 'é'.repeat(i) })))
    await file.close()
    const lines = (await readFile(path, 'utf8')).trimEnd().split('\n')
    assert.equal(lines.length, 200)
    assert.equal(file.bytes, (await readFile(path)).length)
    const again = await ResultFile.open(path)
    assert.deepEqual(again.ids.map(Number), [...Array(200).keys()])
    await again.file.close()
  })

  it('goes on behind the last whole line, wherever it was cut', async () => {
    const whole = '{"custom_id":"a"}\n{"custom_id":"b"}\n'
    for (let cut = 0; cut <= whole.length; cut++) {
      const path = join(folder, `cut-${cut}`)
      await writeFile(path, whole.slice(0, cut))
      const { file, ids } = await ResultFile.open(path)
      assert.deepEqual(ids, ['a', 'b'].slice(0, whole.slice(0, cut).split('\n').length - 1), String(cut))
      await file.append({ custom_id: 'c' })
      await file.close()
      const lines = (await readFile(path, 'utf8')).trimEnd().split('\n')
      assert.deepEqual(
        lines.map((line) => JSON.parse(line).custom_id),
        [...ids, 'c'],
      )
    }
  })
})
