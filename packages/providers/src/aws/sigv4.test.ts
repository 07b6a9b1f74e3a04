import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Outgoing } from '@switchyard/core'
import { signV4, type AwsCredentials } from './sigv4.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

const request = (url: string, body?: string): Outgoing => ({
  url,
  method: body === undefined ? 'GET' : 'POST',
  headers: body === undefined ? {} : { 'content-type': 'application/json', 'x-request-id': 'not signed' },
  body: body === undefined ? undefined : bytes(body),
})

const recorded: AwsCredentials = {
  accessKeyId: 'AKID-ORACLE-EXAMPLE0',
  secretAccessKey: 'oracleSecretKeyForTests/0000000000000000',
}
const scope = { service: 'bedrock', region: 'us-east-1', nowMs: Date.parse('2026-01-15T12:00:00Z') }

test('the first vector of AWS: a plain GET', async () => {
  const plain = request('https://example.amazonaws.com/')
  await signV4(
    plain,
    { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' },
    { service: 'service', region: 'us-east-1', nowMs: Date.parse('2015-08-30T12:36:00Z') },
  )
  assert.equal(plain.headers['x-amz-date'], '20150830T123600Z')
  assert.equal(
    plain.headers['authorization'],
    'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, ' +
      'Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31',
  )
})

test('a recorded request: body, content type, and a path that is encoded already', async () => {
  const url = 'https://bedrock-runtime.us-east-1.amazonaws.com/model/amazon.titan-embed-text-v2%3A0/invoke'
  const signed = request(url, '{"inputText": "a red bicycle"}')
  await signV4(signed, recorded, scope)
  assert.equal(
    signed.headers['authorization'],
    'AWS4-HMAC-SHA256 Credential=AKID-ORACLE-EXAMPLE0/20260115/us-east-1/bedrock/aws4_request, ' +
      'SignedHeaders=content-type;host;x-amz-date, Signature=6d2dd8cdb8c7ce5a65d9d899d65d5b7d1c1ea272b3640e696d0e2ac0ff5a4ae4',
  )
})

test('a recorded request whose path has a plain colon, signed for the host behind a proxy', async () => {
  const path = '/model/anthropic.claude-3-5-sonnet-20240620-v1:0/invoke'
  const body =
    '{"messages": [{"role": "user", "content": "Say hi to Ada."}], "max_tokens": 50, "anthropic_version": "bedrock-2023-05-31"}'
  const signed = request(`http://localhost:8080${path}`, body)
  await signV4(signed, recorded, { ...scope, host: 'bedrock-runtime.us-east-1.amazonaws.com' })
  assert.match(
    signed.headers['authorization'] ?? '',
    /Signature=040f198eb42f00a2f1793a8287313c24a7cd6ae8546f3ebd512f7ae175280c4f$/,
  )
})

test('a session token is sent and signed', async () => {
  const signed = request('https://bedrock-runtime.us-east-1.amazonaws.com/x', '{}')
  await signV4(signed, { ...recorded, sessionToken: 'a-session' }, scope)
  assert.equal(signed.headers['x-amz-security-token'], 'a-session')
  assert.match(signed.headers['authorization'] ?? '', /SignedHeaders=content-type;host;x-amz-date;x-amz-security-token,/)
})

test('a kept key is not used on another day', async () => {
  const credentials = { ...recorded }
  const sign = async (nowMs: number): Promise<string> => {
    const one = request('https://bedrock-runtime.us-east-1.amazonaws.com/x', '{}')
    await signV4(one, credentials, { ...scope, nowMs })
    return one.headers['authorization'] ?? ''
  }
  const first = await sign(scope.nowMs)
  assert.notEqual(await sign(scope.nowMs + 86_400_000), first)
  assert.equal(await sign(scope.nowMs), first)
})
