import type { Codec, Outgoing, Provider, ProviderEnv, Target } from '@switchyard/core'
import { arrayOf, fail, numberOf, objectOf, objectsOf, stringOf, type JsonObject } from '@switchyard/wire'
import { readError } from '../../aws/errors.ts'
import { awsParams, regionOf } from '../../aws/params.ts'
import { knownRegions, regionalHost, signFor, type AwsService } from '../../aws/service.ts'
import { documentIn, ocrReply, pagesOf } from '../../ocr.ts'

// Textract's answer of one call (DetectDocumentText and AnalyzeDocument of its API Reference): pictures, and documents of one page.
// Larger ones have to lie in S3 and are jobs, which need a bucket.

const service: AwsService = { name: 'textract', hostFor: regionalHost('textract') }

/** Stands for "no address was named": every region has a host of its own. */
const anyRegion = `https://${service.hostFor('us-west-2')}`

const analyzes = (model: string): boolean => /analyze/i.test(model)

function sourceOf(document: unknown): JsonObject {
  const given = documentIn(document)
  if ('base64' in given) return { Bytes: given.base64 }
  const [, bucket, name] = /^s3:\/\/([^/]+)\/(.+)$/.exec(given.url) ?? []
  if (bucket !== undefined) return { S3Object: { Bucket: bucket, Name: name } }
  throw fail('bad_request', 'Textract fetches no URLs: send the document as a data URI, or as s3://bucket/key.', {
    param: 'document',
  })
}

const ocr: Codec = {
  write: ({ model: _model, document, pages: _pages, include_image_base64: _images, ...own }, { model }) => ({
    json: { Document: sourceOf(document), ...(analyzes(model) ? { FeatureTypes: ['LAYOUT'] } : {}), ...own },
  }),
  read: (reply, _request, { model }) => {
    const { Blocks: blocks, DocumentMetadata: metadata } = objectOf(reply) ?? {}
    if (!Array.isArray(blocks)) throw fail('bad_reply', 'Textract answered without blocks.')
    const lines = objectsOf(arrayOf(blocks)).filter(({ BlockType: type }) => type === 'LINE')
    const texts = lines.map(({ Page: page, Text: text }) => ({ page: numberOf(page) ?? 1, text: stringOf(text) ?? '' }))
    return ocrReply(model, pagesOf(texts), numberOf(objectOf(metadata)?.['Pages']))
  },
}

async function prepare(outgoing: Outgoing, target: Target, env: ProviderEnv): Promise<void> {
  outgoing.headers['content-type'] = 'application/x-amz-json-1.1'
  outgoing.headers['x-amz-target'] = `Textract.${analyzes(target.model) ? 'AnalyzeDocument' : 'DetectDocumentText'}`
  await signFor(service, outgoing, { target, env, region: regionOf(target) })
}

export const awsTextract: Provider = {
  id: 'aws_textract',
  name: 'AWS Textract',
  keyEnv: [],
  auth: { kind: 'prepare' },
  baseUrl: anyRegion,
  baseEnv: [],
  hosts: knownRegions.map(service.hostFor),
  params: awsParams,
  endpoints: { ocr: [{ shape: 'native', path: '/' }] },
  url: (target, { path }) => {
    const base = target.baseUrl === anyRegion ? `https://${service.hostFor(regionOf(target))}` : target.baseUrl
    return base.replace(/\/+$/, '') + path
  },
  codecs: { ocr },
  prepare,
  readError,
}
