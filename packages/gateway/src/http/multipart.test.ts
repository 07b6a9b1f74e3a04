import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isGatewayError } from '@switchyard/wire'
import { formBody } from './form-body.ts'
import { readMultipart } from './multipart.ts'

const type = 'multipart/form-data; boundary=X'
const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text.replaceAll('\n', '\r\n'), 'latin1'))
const part = (head: string, value: string): string => `--X\nContent-Disposition: form-data; ${head}\n\n${value}\n`

test('names, file names, types and bytes of a runtime’s own form arrive as they were', async () => {
  const form = new FormData()
  const content = new Uint8Array(Array.from({ length: 70_000 }, (_, index) => (index * 7919) % 256))
  form.append('model', 'whisper-1')
  form.append('prompt', 'two\r\nlines, ü and "quotes"')
  form.append('file', new Blob([content], { type: 'audio/wav' }), 'a "b" ü.wav')
  form.append('empty', new Blob([]), 'nothing')
  const request = new Request('http://x', { method: 'POST', body: form })
  const parts = readMultipart(new Uint8Array(await request.clone().arrayBuffer()), request.headers.get('content-type') ?? '')
  assert.deepEqual(
    parts.map(({ name, filename }) => [name, filename]),
    [
      ['model', undefined],
      ['prompt', undefined],
      ['file', 'a "b" ü.wav'],
      ['empty', 'nothing'],
    ],
  )
  assert.equal(Buffer.from(parts[1]?.bytes ?? []).toString(), 'two\r\nlines, ü and "quotes"')
  assert.equal(parts[2]?.contentType, 'audio/wav')
  assert.deepEqual(Buffer.from(parts[2]?.bytes ?? []), Buffer.from(content))
  assert.equal(parts[3]?.bytes.length, 0)
})

test('what looks like a boundary inside a file is part of the file', () => {
  const inside = 'x--X\n--Y--\n-X--'
  const [only] = readMultipart(bytes(`${part('name="f"; filename="f"', inside)}--X--\n`), type)
  assert.equal(Buffer.from(only?.bytes ?? []).toString(), inside.replaceAll('\n', '\r\n'))
})

test('a preamble, an epilogue, quotes and a name beyond ASCII', () => {
  const body = bytes(`hello\n${part('name="f"; filename*=UTF-8\'\'%E2%82%AC.wav; filename="x"', 'a')}--X--\nbye`)
  assert.equal(readMultipart(body, 'multipart/form-data; boundary="X"')[0]?.filename, '€.wav')
})

const broken: readonly (readonly [string, string, string?])[] = [
  ['no boundary is named', '--X--\r\n', 'multipart/form-data'],
  ['no boundary is there', 'hello'],
  ['it is not closed', part('name="a"', 'b')],
  ['a part has no name', `${part('filename="a"', 'b')}--X--`],
  ['a part has no headers', '--X\nhello\n--X--'],
  ['a part is no form data', '--X\nContent-Disposition: attachment; name="a"\n\nb\n--X--'],
  ['a boundary goes on', `--Xa\n\n--X--`],
  ['it has too many parts', `${part('name="a"', 'b').repeat(1001)}--X--`],
  ['a name is not UTF-8', `${part('name="a"; filename*=utf-8\'\'%ff', 'b')}--X--`],
]

for (const [what, body, contentType = type] of broken) {
  test(`refused: ${what}`, () => {
    assert.throws(
      () => readMultipart(bytes(body), contentType),
      (error) => isGatewayError(error) && error.kind === 'bad_request',
    )
  })
}

test('fields become what the operation’s types say; lists are lists; what is no number stays text', () => {
  const types = { n: ['number'], stream: ['boolean'], words: ['array'], size: ['string'] } as const
  const fields = [
    part('name="n"', '2'),
    part('name="stream"', 'True'),
    part('name="words"', '["a"]'),
    part('name="size"', '12'),
    part('name="list[]"', 'x'),
    part('name="twice"', '1'),
    part('name="twice"', '2'),
    part('name="constructor"', 'own'),
  ]
  const body = formBody(bytes(`${fields.join('')}--X--`), type, types)
  assert.deepEqual(body.json, {
    n: 2,
    stream: true,
    words: ['a'],
    size: '12',
    list: ['x'],
    twice: ['1', '2'],
    constructor: 'own',
  })
  assert.equal(formBody(bytes(`${part('name="n"', 'many')}--X--`), type, types).field('n'), 'many')
})

test('a file’s bytes are a view of the body, not a copy', () => {
  const body = bytes(`${part('name="f"; filename="f"', 'abc')}--X--`)
  const [file] = formBody(body, type, {}).files ?? []
  assert.equal(file?.bytes.buffer, body.buffer)
})
