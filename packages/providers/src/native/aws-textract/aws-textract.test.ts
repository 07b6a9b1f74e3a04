import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Secret } from '@switchyard/wire'
import { codecOf, jsonOf, ofKind, posted, targetFor } from '../../operations.fixture.ts'
import { awsTextract } from './index.ts'

const codec = codecOf(awsTextract, 'ocr')
const target = targetFor('detect-document-text')
const data = { type: 'document_url', document_url: 'data:application/pdf;base64,QUJD' }

test('a document is its bytes, or an object of S3', () => {
  assert.deepEqual(jsonOf(codec.write({ model: 'm', document: data }, target, [])), { Document: { Bytes: 'QUJD' } })
  const stored = { type: 'document_url', document_url: 's3://bucket/a/b.png' }
  assert.deepEqual(jsonOf(codec.write({ document: stored }, targetFor('analyze-document'), [])), {
    Document: { S3Object: { Bucket: 'bucket', Name: 'a/b.png' } },
    FeatureTypes: ['LAYOUT'],
  })
  const far = { type: 'image_url', image_url: 'https://a.example/a.png' }
  assert.throws(() => codec.write({ document: far }, target, []), ofKind('bad_request'))
})

test('lines by their pages', () => {
  const line = (text: string, page?: number): object => ({
    BlockType: 'LINE',
    Text: text,
    ...(page === undefined ? {} : { Page: page }),
  })
  const reply = {
    DocumentMetadata: { Pages: 1 },
    Blocks: [{ BlockType: 'PAGE' }, line('One'), line('Two'), { BlockType: 'WORD', Text: 'One' }],
  }
  assert.deepEqual(codec.read(reply, {}, target), {
    object: 'ocr',
    model: 'detect-document-text',
    pages: [{ index: 0, markdown: 'One\nTwo', images: [], dimensions: null }],
    usage_info: { pages_processed: 1 },
  })
})

test('the operation stands in a signed header', async () => {
  const params = { aws_region_name: 'eu-west-1', aws_access_key_id: new Secret('AKIA1'), aws_secret_access_key: new Secret('s') }
  const of = targetFor('detect-document-text', { baseUrl: awsTextract.baseUrl ?? '', key: undefined, params })
  const url = awsTextract.url?.(of, { shape: 'native', path: '/' }, { operation: 'ocr', stream: false }) ?? ''
  const outgoing = posted(url, '{}', {})
  const env = {
    variable: () => undefined,
    now: () => Date.UTC(2026, 10, 22),
    send: () => Promise.reject(new Error('no network')),
  }
  await awsTextract.prepare?.(outgoing, of, env)
  assert.equal(outgoing.url, 'https://textract.eu-west-1.amazonaws.com/')
  assert.equal(outgoing.headers['x-amz-target'], 'Textract.DetectDocumentText')
  assert.match(
    outgoing.headers['authorization'] ?? '',
    /eu-west-1\/textract\/aws4_request, SignedHeaders=content-type;[^,]*x-amz-target/,
  )
})
