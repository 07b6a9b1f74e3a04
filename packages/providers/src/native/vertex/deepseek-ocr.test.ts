import assert from 'node:assert/strict'
import { test } from 'node:test'
import { jsonOf, ofKind, targetFor } from '../../operations.fixture.ts'
import { sentBy } from '../../requests.fixture.ts'
import { deepseekOcr } from './deepseek-ocr.ts'
import { vertex } from './index.ts'

const model = 'deepseek-ai/deepseek-ocr-maas'
const target = targetFor(model)

test('a picture is asked about in a chat, and its answer is a page', () => {
  const document = { type: 'image_url', image_url: 'data:image/png;base64,QUJD' }
  const content = [
    { type: 'image_url', image_url: { url: 'data:image/png;base64,QUJD' } },
    { type: 'text', text: 'Convert the document to markdown.' },
  ]
  assert.deepEqual(jsonOf(deepseekOcr.write({ model: 'x', document }, target, [])), {
    model,
    messages: [{ role: 'user', content }],
  })
  assert.deepEqual(deepseekOcr.read({ choices: [{ message: { content: '# Hello' } }] }, {}, target), {
    object: 'ocr',
    model,
    pages: [{ index: 0, markdown: '# Hello', images: [], dimensions: null }],
    usage_info: { pages_processed: 1 },
  })
  assert.throws(() => deepseekOcr.read({ choices: [] }, {}, target), ofKind('bad_reply'))
})

test('Mistral’s models read in their own shape', async () => {
  const params = { vertex_project: 'p', vertex_location: 'us-central1' }
  const urlOf = async (name: string): Promise<string> =>
    (await sentBy(vertex, {}, { model: name, operation: 'ocr', apiKey: 'k', params })).url
  assert.match(await urlOf(model), /\/endpoints\/openapi\/chat\/completions$/)
  assert.match(await urlOf('mistral-ocr-2505'), /\/publishers\/mistralai\/models\/mistral-ocr-2505:rawPredict$/)
})
