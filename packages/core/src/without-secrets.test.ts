import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { fail, Secret } from '@switchyard/wire'
import { deploymentOf } from './test-kit.ts'
import { errorWithoutSecrets, withoutSecrets } from './without-secrets.ts'

const key = 'sk-abcdefghijklmnopqrstuvwxyz'
const deployment = deploymentOf({
  key: new Secret(key),
  params: { aws_secret_access_key: new Secret('0123456789-aws-secret-9876543210'), region: 'eu-central-1' },
  headers: { 'x-token': 'token-of-the-operator-42', 'x-title': 'Harbour Applications' },
})
const said = (text: string): string => withoutSecrets(text, deployment)

describe('text of a provider', () => {
  it('loses our key, whole or in part', () => {
    const cases: readonly (readonly [string, string])[] = [
      [`bad key ${key}`, 'bad key [key]'],
      [`${key}${key}`, '[key][key]'],
      ['bad key sk-abcdefgh***wxyz', 'bad key [key]***wxyz'],
      ['…stuvwxyz is wrong', '…[key] is wrong'],
      ['abcdefg hijklmn', 'abcdefg hijklmn'],
      ['0123456789-aws and token-of-the-operator-42', '[key] and [key]'],
      ['Harbour Applications in eu-central-1', 'Harbour Applications in eu-central-1'],
      ['', ''],
    ]
    for (const [text, clean] of cases) assert.equal(said(text), clean)
  })

  it('loses any Authorization that it quotes', () => {
    assert.equal(said('Authorization: Bearer ya29.a0AfB_byC-9 was refused'), 'Authorization: Bearer [key] was refused')
    assert.equal(said('"basic dXNlcjpwYXNz"'), '"basic [key]"')
    const missing = 'Missing bearer or basic authentication in header.'
    assert.equal(said(missing), missing)
    assert.equal(said('a bearer token is missing'), 'a bearer token is missing')
  })

  it('with a short key, which may be a word, loses the word only', () => {
    const local = deploymentOf({ key: new Secret('not-needed-here') })
    assert.equal(withoutSecrets('not-needed-here is not-needed', local), '[key] is not-needed')
  })
})

describe('an error of a provider', () => {
  it('is the same one where nothing is to hide', () => {
    const error = fail('auth', 'no', { upstreamBody: { error: { message: 'no' } }, upstreamStatus: 401 })
    assert.equal(errorWithoutSecrets(error, deployment), error)
  })

  it('keeps what it means and loses the key wherever it stands', () => {
    const upstreamBody = { error: { message: `bad ${key}`, list: [key] } }
    const error = fail('auth', `bad ${key}`, { type: 't', code: key, upstreamBody, upstreamStatus: 401, retryAfterMs: 5 })
    assert.deepEqual(errorWithoutSecrets(error, deployment).facts, {
      kind: 'auth',
      message: 'bad [key]',
      type: 't',
      code: '[key]',
      upstreamBody: { error: { message: 'bad [key]', list: ['[key]'] } },
      upstreamStatus: 401,
      retryAfterMs: 5,
    })
  })
})
