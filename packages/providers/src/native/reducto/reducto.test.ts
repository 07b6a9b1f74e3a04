import assert from 'node:assert/strict'
import { test } from 'node:test'
import { codecOf, exchanged, jsonOf, posted, replied, targetFor } from '../../operations.fixture.ts'
import { reducto } from './index.ts'

const codec = codecOf(reducto, 'ocr')
const target = targetFor('parse')
const url = 'https://platform.reducto.ai/parse'
const block = (page: number, content: string): object => ({ type: 'Text', content, bbox: { page } })
const result = { type: 'full', chunks: [{ content: 'A', blocks: [block(1, 'A'), block(2, 'B'), block(1, 'C')] }] }
const reply = { job_id: 'j', usage: { num_pages: 2, credits: 2 }, result }

test('a document by its address, and its pages', () => {
  const document = { type: 'document_url', document_url: 'https://a.example/a.pdf' }
  assert.deepEqual(jsonOf(codec.write({ model: 'parse', document, pages: [0, 2] }, target, [])), {
    input: 'https://a.example/a.pdf',
    settings: { page_range: [1, 3] },
  })
  assert.deepEqual(codec.read(reply, {}, target), {
    object: 'ocr',
    model: 'parse',
    pages: [
      { index: 0, markdown: 'A\nC', images: [], dimensions: null },
      { index: 1, markdown: 'B', images: [], dimensions: null },
    ],
    usage_info: { pages_processed: 2 },
  })
})

test('what is no address is uploaded before', async () => {
  const body = JSON.stringify({ input: 'data:application/pdf;base64,QUJD' })
  const { sent } = await exchanged(reducto, posted(url, body), [replied({ file_id: 'reducto://1' }), replied(reply)])
  assert.deepEqual(
    sent.map((one) => [one.url, one.headers['authorization']]),
    [
      ['https://platform.reducto.ai/upload', 'Bearer k'],
      [url, 'Bearer k'],
    ],
  )
  const [form, parsed] = sent.map((one) => new TextDecoder().decode(one.body))
  assert.match(form ?? '', /name="file"; filename="document"\r\nContent-Type: application\/pdf\r\n\r\nABC\r\n/)
  assert.equal(parsed, '{"input":"reducto://1"}')
  assert.equal((await exchanged(reducto, posted(url, body), [replied({ detail: 'no' }, 403)])).status, 403)
})

test('a long result is fetched without the key', async () => {
  const elsewhere = { ...reply, result: { type: 'url', url: 'https://store.example/r.json' } }
  const chunks = new TextEncoder().encode(JSON.stringify(result.chunks))
  const { sent, last } = await exchanged(reducto, posted(url, '{"input":"https://a.example"}'), [
    replied(elsewhere),
    replied(chunks),
  ])
  assert.deepEqual([sent[1]?.url, sent[1]?.headers['authorization']], ['https://store.example/r.json', undefined])
  assert.deepEqual(JSON.parse(new TextDecoder().decode(last)), reply)
})
