import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isGatewayError } from '@switchyard/wire'
import { readCredential } from './credential.ts'

const read = (headers: Record<string, string>, queryKey: string | null = null, customHeader?: string) =>
  readCredential({ headers: new Headers(headers), customHeader, queryKey })
const keyOf = (headers: Record<string, string>, queryKey: string | null = null, customHeader?: string) =>
  read(headers, queryKey, customHeader)?.key
const refusal = (headers: Record<string, string>): number | undefined => {
  try {
    read(headers)
    return undefined
  } catch (error) {
    assert(isGatewayError(error))
    assert(!error.message.includes('sk-K'))
    return error.status
  }
}

/** The matrix of litellm-proxy facts §1.2 (2026-11-22). */
describe('a credential', () => {
  it('may stand in any of the known headers', () => {
    const accepted: readonly Record<string, string>[] = [
      { authorization: 'Bearer sk-K' },
      { authorization: 'bearer sk-K' },
      { authorization: 'BEARER   sk-K ' },
      { 'x-api-key': 'sk-K' },
      { 'api-key': 'sk-K' },
      { 'x-goog-api-key': 'sk-K' },
      { 'Ocp-Apim-Subscription-Key': 'sk-K' },
      { 'x-litellm-api-key': 'sk-K' },
      { 'x-litellm-api-key': 'Bearer sk-K' },
      { 'x-switchyard-api-key': 'bearer sk-K' },
    ]
    for (const headers of accepted) assert.equal(keyOf(headers), 'sk-K', JSON.stringify(headers))
    assert.equal(keyOf({}, 'sk-K'), 'sk-K')
    assert.equal(keyOf({ 'x-team-key': 'Bearer sk-K' }, null, 'x-team-key'), 'sk-K')
    assert.equal(keyOf({}), undefined)
  })

  it('without a scheme, or of another one, is refused as 401', () => {
    for (const authorization of [
      'sk-K',
      'Bearer',
      'Bearer ',
      '',
      'Token sk-K',
      'Digest username="a", realm="b"',
      'AWS4-HMAC-SHA256 Credential=a, Signature=b',
    ]) {
      assert.equal(refusal({ authorization }), 401, authorization)
    }
  })

  it('of a provider’s own client comes in that provider’s way, where such clients call', () => {
    const vendors = (headers: Record<string, string>): string | undefined =>
      readCredential({ headers: new Headers(headers), customHeader: undefined, queryKey: null, isAnyScheme: true })?.key
    const signed = 'AWS4-HMAC-SHA256 Credential=sk-K/20261122/us-east-1/bedrock/aws4_request, SignedHeaders=host, Signature=b'
    for (const authorization of ['sk-K', 'Token sk-K', 'token sk-K', 'Key sk-K', signed, 'Bearer sk-K'])
      assert.equal(vendors({ authorization }), 'sk-K', authorization)
    assert.equal(vendors({ 'xi-api-key': 'sk-K' }), 'sk-K')
    assert.equal(keyOf({ 'xi-api-key': 'sk-K' }), undefined)
    assert.equal(vendors({ 'x-litellm-api-key': 'sk-K', authorization: signed.replace('sk-K', 'AKIA') }), 'sk-K')
    for (const authorization of [
      'Bearer',
      'Token',
      'Digest username="a"',
      'AWS4-HMAC-SHA256 Signature=b',
      'Token sk-a, Token sk-b',
      'sk-a,sk-b',
    ])
      assert.throws(
        () => vendors({ authorization }),
        (error) => isGatewayError(error) && (error.status === 401 || error.status === 400),
        authorization,
      )
  })

  it('of Basic is the password, else the user', () => {
    const basic = (text: string): string | undefined => keyOf({ authorization: `Basic ${Buffer.from(text).toString('base64')}` })
    assert.deepEqual(['user:sk-K', 'sk-K:', ':sk-K', 'sk-K', 'u:sk-K:x'].map(basic), ['sk-K', 'sk-K', 'sk-K', 'sk-K', 'sk-K:x'])
  })

  it('is the first that is present, whatever the others say', () => {
    const order = ['x-litellm-api-key', 'authorization', 'api-key', 'x-api-key', 'x-goog-api-key', 'ocp-apim-subscription-key']
    for (let from = 0; from < order.length; from++) {
      const names = order.slice(from)
      const headers = Object.fromEntries(
        names.map((name) => [name, name === 'authorization' ? `Bearer of ${name}` : `of ${name}`]),
      )
      assert.equal(keyOf(headers, 'of query'), `of ${order[from]}`)
    }
    assert.equal(keyOf({ custom: 'a', 'x-litellm-api-key': 'b' }, null, 'custom'), 'a')
  })

  it('names the others, which must not be keys that disagree, unless a header of ours says which is meant', () => {
    const both = { authorization: 'Bearer sk-a', 'x-api-key': 'sk-b', 'api-key': 'sk-a' }
    assert.deepEqual(read(both, 'sk-c'), { key: 'sk-a', others: ['sk-b', 'sk-c'] })
    assert.deepEqual(read({ ...both, 'x-litellm-api-key': 'sk-K' }), { key: 'sk-K', others: [] })
    const ours = { 'x-litellm-api-key': 'sk-a', 'x-switchyard-api-key': 'sk-b' }
    assert.deepEqual(read(ours), { key: 'sk-b', others: ['sk-a'] })
    assert.deepEqual(read({ authorization: 'Bearer sk-a', 'x-api-key': 'sk-a' }), { key: 'sk-a', others: [] })
  })

  it('stands once: two Authorization headers are a mistake', () => {
    const headers = new Headers([
      ['authorization', 'Bearer sk-a'],
      ['authorization', 'Bearer sk-b'],
    ])
    assert.throws(
      () => readCredential({ headers, customHeader: undefined, queryKey: null }),
      (error) => isGatewayError(error) && error.status === 400,
    )
  })
})
