import assert from 'node:assert/strict'
import { tmpdir } from 'node:os'
import { describe, it } from 'node:test'
import { isGatewayError } from '@switchyard/wire'
import { readFormStream } from './form-stream.ts'
import { Spool } from './spool.ts'

const spool = (): Promise<Spool> => Spool.open(tmpdir())

const type = 'multipart/form-data; boundary=edge'
const content = 'one\r\n--edg\r\n\r\n--edgy two\r\n'
const file = `--edge\r\nContent-Disposition: form-data; name="file"; filename="a \\"b\\".txt"\r\nContent-Type: text/x\r\n\r\n${content}\r\n`
const purpose = '--edge\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nbatch\r\n'

async function* cut(text: string, at: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text)
  yield bytes.subarray(0, at)
  yield bytes.subarray(at)
}

async function read(text: string, at = 7, most = 1e6): Promise<readonly [string, string, string, string | undefined]> {
  const { fields, file: found } = await readFormStream(cut(text, at), type, { spool, mostBytes: most })
  const parts: Uint8Array[] = []
  for await (const part of found.spool.read()) parts.push(part)
  await found.spool.close()
  return [Buffer.concat(parts).toString(), found.filename, found.contentType, fields.get('purpose')]
}

describe('a form whose file goes to the disk', () => {
  // What looks like a boundary and goes on is none only behind a line that is not one: `--edgy` would begin with it.
  const plain = file.replace('--edgy two', '--eedge two')
  const whole = ['one\r\n--edg\r\n\r\n--eedge two\r\n', 'a "b".txt', 'text/x', 'batch'] as const

  it('is read alike wherever it is cut, and in any order', async () => {
    const text = `${plain}${purpose}--edge--\r\n`
    for (let at = 0; at <= text.length; at++) assert.deepEqual(await read(text, at), whole, String(at))
    assert.deepEqual(await read(`${purpose}${plain}--edge--`), whole)
  })

  it('is refused when it is broken, too large or without a file', async () => {
    const refused = (text: string, kind: string, most?: number): Promise<void> =>
      assert.rejects(read(text, 7, most), (error) => isGatewayError(error) && error.kind === kind)
    await refused(`${purpose}--edge--`, 'bad_request')
    await refused(plain, 'bad_request')
    await refused(`${plain}${plain}--edge--`, 'bad_request')
    await refused(`${plain}${purpose}--edge--`, 'too_large', 10)
    await refused(
      `--edge\r\nContent-Disposition: form-data; name="purpose"\r\n\r\n${'x'.repeat(600_000)}\r\n--edge--`,
      'bad_request',
    )
    await assert.rejects(
      readFormStream(cut('{}', 1), 'application/json', { spool, mostBytes: 10 }),
      (error) => isGatewayError(error) && error.status === 415,
    )
  })

  it('holds no field without end in memory', async () => {
    const piece = Buffer.alloc(64 * 1024, 'x')
    let sent = 0
    async function* endless(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('--edge\r\nContent-Disposition: form-data; name="purpose"\r\n\r\n')
      for (;;) {
        sent += piece.length
        yield piece
      }
    }
    await assert.rejects(readFormStream(endless(), type, { spool, mostBytes: 1e9 }), /its fields are too large/)
    assert.ok(sent < 1024 * 1024)
  })
})
