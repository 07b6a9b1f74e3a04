import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Secret } from '@switchyard/wire'
import { posted, targetFor } from '../operations.fixture.ts'
import { awsTranscribe, cursor } from './passed-on.ts'

const env = { variable: () => undefined, now: () => Date.UTC(2026, 10, 22), send: () => Promise.reject(new Error('no network')) }

test('Cursor takes the key as a user without a password', async () => {
  const outgoing = posted('https://api.cursor.com/v0/agents')
  await cursor.prepare?.(outgoing, targetFor('', { key: new Secret('crsr_1') }), env)
  assert.equal(outgoing.headers['authorization'], `Basic ${btoa('crsr_1:')}`)
})

test('a request of AWS Transcribe is signed for its region, its operation with it', async () => {
  const params = {
    aws_region_name: 'eu-west-1',
    aws_access_key_id: new Secret('AKIA1'),
    aws_secret_access_key: new Secret('s'),
  }
  const target = targetFor('', { baseUrl: awsTranscribe.baseUrl ?? '', key: undefined, params })
  const url = awsTranscribe.passThrough?.url?.(target, '/') ?? ''
  assert.equal(url, 'https://transcribe.eu-west-1.amazonaws.com/')
  const outgoing = posted(url, '{}', { 'x-amz-target': 'Transcribe.ListTranscriptionJobs' })
  await awsTranscribe.prepare?.(outgoing, target, env)
  const { authorization = '' } = outgoing.headers
  assert.match(authorization, /Credential=AKIA1\/20261122\/eu-west-1\/transcribe\/aws4_request/)
  assert.match(authorization, /SignedHeaders=[^,]*x-amz-target/)
})
