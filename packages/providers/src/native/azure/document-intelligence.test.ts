import assert from 'node:assert/strict'
import { test } from 'node:test'
import { codecOf, exchanged, jsonOf, ofKind, posted, replied, targetFor } from '../../operations.fixture.ts'
import { sentBy } from '../../requests.fixture.ts'
import { azureAi } from './foundry.ts'

const codec = codecOf(azureAi, 'ocr')
const target = targetFor('doc-intelligence/prebuilt-layout')
const base = 'https://a.cognitiveservices.azure.com'

test('a document by its URL or its bytes; pages count from one', () => {
  const byUrl = codec.write({ document: { type: 'document_url', document_url: 'https://x/a.pdf' }, pages: [0, 2] }, target, [])
  assert.deepEqual(byUrl, {
    json: { urlSource: 'https://x/a.pdf' },
    path: '/prebuilt-layout:analyze',
    query: [
      ['api-version', '2024-11-30'],
      ['outputContentFormat', 'markdown'],
      ['pages', '1,3'],
    ],
  })
  const byBytes = codec.write(
    { document: { type: 'document_url', document_url: 'data:application/pdf;base64,AA==' } },
    target,
    [],
  )
  assert.deepEqual(jsonOf(byBytes), { base64Source: 'AA==' })
  assert.throws(() => codec.write({ document: {} }, target, []), ofKind('bad_request'))
})

test('the model chooses between the two services', async () => {
  const setting = { operation: 'ocr', apiKey: 'k', apiBase: base } as const
  const own = await sentBy(azureAi, {}, { ...setting, model: 'doc-intelligence/prebuilt-read' })
  assert.equal(own.url, `${base}/documentintelligence/documentModels`)
  assert.equal(own.headers['ocp-apim-subscription-key'], 'k')
  const mistral = await sentBy(azureAi, {}, { ...setting, model: 'mistral-ocr-2505' })
  assert.equal(mistral.url, `${base}/providers/mistral/azure/ocr`)
  assert.equal(mistral.endpoint.shape, 'ocr')
})

test('the analysis is read where the header says, on the same host alone', async () => {
  const url = `${base}/documentintelligence/documentModels/prebuilt-read:analyze?api-version=2024-11-30`
  const started = (location: string) => replied({}, 202, { 'operation-location': location })
  const { sent } = await exchanged(azureAi, posted(url), [started(`${base}/results/1`), replied({ status: 'succeeded' })])
  assert.deepEqual(
    sent.map((one) => `${one.method} ${one.url}`),
    [`POST ${url}`, `GET ${base}/results/1`],
  )
  await assert.rejects(exchanged(azureAi, posted(url), [started('https://evil.example/1')]), ofKind('bad_reply'))
})

test('pages in Mistral’s shape, each with its part of the text', () => {
  const pages = [
    { pageNumber: 1, width: 8.5, height: 11, unit: 'inch', spans: [{ offset: 0, length: 5 }] },
    { pageNumber: 2, width: 640, height: 480, unit: 'pixel', spans: [{ offset: 6, length: 3 }] },
  ]
  const reply = { status: 'succeeded', analyzeResult: { content: 'Hello you', pages } }
  assert.deepEqual(codec.read(reply, {}, target), {
    object: 'ocr',
    model: 'doc-intelligence/prebuilt-layout',
    pages: [
      { index: 0, markdown: 'Hello', images: [], dimensions: { dpi: 96, width: 816, height: 1056 } },
      { index: 1, markdown: 'you', images: [], dimensions: { dpi: 96, width: 640, height: 480 } },
    ],
    usage_info: { pages_processed: 2 },
  })
  assert.throws(() => codec.read({ status: 'failed', error: { message: 'bad file' } }, {}, target), ofKind('bad_reply'))
})
