import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Provider } from '@switchyard/core'
import { isGatewayError, Secret } from '@switchyard/wire'
import { baseUrlOf, keyOf, paramsOf, requireKey, type Variables } from './keys.ts'
import { findProvider } from './registry.ts'

const named = (id: string): Provider => {
  const provider = findProvider(id)
  assert.ok(provider)
  return provider
}
const env =
  (values: Readonly<Record<string, string>>): Variables =>
  (name) =>
    values[name]

test('the first variable that is set holds the key', () => {
  const together = named('together_ai')
  assert.equal(keyOf(together, env({ TOGETHERAI_API_KEY: 'c', TOGETHER_AI_API_KEY: 'b' }))?.reveal(), 'b')
  assert.equal(keyOf(together, env({ TOGETHER_API_KEY: '  ', TOGETHER_AI_TOKEN: 'd' }))?.reveal(), 'd')
  assert.equal(keyOf(together, env({})), undefined)
})

test('a key of the environment goes only to hosts that it was given for', () => {
  const openai = named('openai')
  const sentTo = (apiBase: string, more: Readonly<Record<string, string>> = {}): string | undefined =>
    keyOf(openai, env({ OPENAI_API_KEY: 'k', ...more }), { apiBase })?.reveal()
  assert.equal(sentTo('https://api.openai.com/v1'), 'k')
  assert.equal(sentTo('https://eu.api.openai.com/v1'), 'k')
  assert.equal(sentTo('https://evil.example.com/v1'), undefined)
  assert.equal(sentTo('http://eu.api.openai.com/v1'), undefined)
  assert.equal(sentTo('https://api.openai.com.evil.example/v1'), undefined)
  assert.equal(sentTo('https://evilapi.openai.com/v1'), undefined)
  assert.equal(sentTo('https://api.openai.com@evil.example/v1'), undefined)
  assert.equal(sentTo('https://gw.example.com/v1', { OPENAI_API_BASE: 'https://gw.example.com/openai' }), 'k')
  assert.equal(sentTo('nonsense'), undefined)
})

test('a key that the deployment names goes where it says', () => {
  const given = { apiBase: 'https://own.example.com', apiKey: 'own' }
  assert.equal(keyOf(named('openai'), env({ OPENAI_API_KEY: 'k' }), given)?.reveal(), 'own')
})

test('the error names the variables and, for another host, the way out', () => {
  const message = (apiBase?: string): string => {
    try {
      requireKey(
        named('groq'),
        env({ GROQ_API_KEY: apiBase === undefined ? '' : 'gsk' }),
        apiBase === undefined ? {} : { apiBase },
      )
    } catch (error) {
      assert.ok(isGatewayError(error))
      assert.equal(error.status, 401)
      return error.message
    }
    return assert.fail('must throw')
  }
  assert.equal(message(), 'No key for provider "groq": set GROQ_API_KEY, or api_key in the deployment\'s litellm_params.')
  const foreign = message('https://gw.example.com/v1?token=abc')
  assert.match(foreign, /at https:\/\/gw\.example\.com: GROQ_API_KEY goes only to/)
  assert.match(foreign, /GROQ_API_BASE/)
  assert.doesNotMatch(foreign, /gsk|abc/)
})

test('base URLs: deployment, environment, provider; else an error that says what to set', () => {
  const openai = named('openai')
  assert.equal(baseUrlOf(openai, env({ OPENAI_API_BASE: 'https://b/', OPENAI_BASE_URL: 'https://a/v1/' })), 'https://a/v1')
  assert.equal(baseUrlOf(openai, env({ OPENAI_BASE_URL: 'https://a' }), { apiBase: 'https://c/' }), 'https://c')
  assert.equal(baseUrlOf(openai, env({})), 'https://api.openai.com/v1')
  assert.throws(() => baseUrlOf(named('azure'), env({})), /set AZURE_API_BASE/)
  assert.throws(() => baseUrlOf(openai, env({}), { apiBase: 'api.openai.com' }), /not a URL/)
})

test('parameters come from the environment, credentials among them as secrets and to trusted hosts only', () => {
  const azure = named('azure')
  const variables = env({ AZURE_API_VERSION: '2024-10-21', AZURE_AD_TOKEN: 'tok', AZURE_API_BASE: 'https://a.openai.azure.com' })
  const params = paramsOf(azure, variables)
  assert.equal(params['api_version'], '2024-10-21')
  assert.ok(params['azure_ad_token'] instanceof Secret)
  assert.equal(JSON.stringify(params).includes('tok"'), false)
  assert.equal(paramsOf(azure, variables, { apiBase: 'https://evil.example' })['azure_ad_token'], undefined)
  assert.equal(paramsOf(azure, variables, { params: { api_version: 'v1' } })['api_version'], 'v1')
  assert.equal(requireKey(azure, variables), undefined)
  assert.throws(() => requireKey(azure, env({ AZURE_API_BASE: 'https://a.openai.azure.com' })), /AZURE_API_KEY or AZURE_AD_TOKEN/)
})
