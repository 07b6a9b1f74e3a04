import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Secret, type JsonObject } from '@switchyard/wire'
import { targetFor } from '../operations.fixture.ts'
import { sentBy } from '../requests.fixture.ts'
import { post, tokenServer } from '../token-exchange.fixture.ts'
import { databricks } from './databricks.ts'

const base = 'https://adb-1.azuredatabricks.net/serving-endpoints'

test('a service principal buys its token of the workspace that is asked, once, and goes before a personal token', async () => {
  const server = tokenServer(() => [200, { access_token: 't1', expires_in: 3600 }])
  const params = { client_id: 'id', client_secret: new Secret('s') }
  const target = targetFor('m', { baseUrl: base, key: new Secret('dapi-1'), params })
  for (let call = 0; call < 2; call++) {
    const outgoing = post(`${base}/chat/completions`)
    await databricks.prepare?.(outgoing, target, server.env)
    assert.equal(outgoing.headers['authorization'], 'Bearer t1')
  }
  const [asked, ...more] = server.asked
  assert.deepEqual([asked?.url, more.length], ['https://adb-1.azuredatabricks.net/oidc/v1/token', 0])
  assert.equal(asked?.headers['authorization'], `Basic ${btoa('id:s')}`)
  assert.equal(new TextDecoder().decode(asked?.body), 'grant_type=client_credentials&scope=all-apis')
})

test('a personal token is sent as it is; the secret of the environment goes to Databricks alone', async () => {
  const { headers } = await sentBy(databricks, {}, { apiBase: base, apiKey: 'dapi-1' })
  assert.equal(headers['authorization'], 'Bearer dapi-1')
  const env = { DATABRICKS_CLIENT_ID: 'id', DATABRICKS_CLIENT_SECRET: 's' }
  await assert.rejects(sentBy(databricks, {}, { apiBase: 'https://evil.example', env }), /DATABRICKS_API_KEY/)
  const own = await sentBy(databricks, {}, { apiBase: base, apiKey: 'dapi-2', env })
  assert.equal(
    own.headers['authorization'],
    'Bearer dapi-2',
    'who brings a key is not served with the principal of the environment',
  )
})

test('a token of one workspace is not sent to another', async () => {
  const server = tokenServer((asked) => [200, { access_token: `t${asked}`, expires_in: 3600 }])
  const params = { client_id: 'id', client_secret: new Secret('s') }
  for (const [at, origin] of ['https://adb-1.azuredatabricks.net', 'https://adb-2.azuredatabricks.net'].entries()) {
    const outgoing = post(`${origin}/serving-endpoints/chat/completions`)
    await databricks.prepare?.(outgoing, targetFor('m', { baseUrl: origin, params }), server.env)
    assert.equal(outgoing.headers['authorization'], `Bearer t${at + 1}`)
    assert.equal(server.asked[at]?.url, `${origin}/oidc/v1/token`)
  }
})

test('besides Claude a message has one call, followed by its result', async () => {
  const call = (id: string): JsonObject => ({ id, type: 'function', function: { name: 'f', arguments: '{}' } })
  const result = (id: string): JsonObject => ({ role: 'tool', tool_call_id: id, content: id })
  const asked = { role: 'assistant', content: 'I look.', tool_calls: [call('a'), call('b')] }
  const body = {
    messages: [{ role: 'user', content: 'Hi' }, asked, result('a'), result('b'), { role: 'user', content: 'Go on' }],
  }
  const editsOf = async (model: string) => {
    const { quirks } = await sentBy(databricks, body, { apiBase: base, apiKey: 'k', model })
    return quirks.flatMap((quirk) => (quirk.do === 'edit' ? [quirk.edit] : []))
  }
  const [edit] = await editsOf('databricks-meta-llama-3-3-70b-instruct')
  assert.deepEqual(edit?.(body)['messages'], [
    { role: 'user', content: 'Hi' },
    { ...asked, tool_calls: [call('a')] },
    result('a'),
    { role: 'assistant', tool_calls: [call('b')] },
    result('b'),
    { role: 'user', content: 'Go on' },
  ])
  assert.deepEqual(await editsOf('databricks-claude-sonnet-4'), [])
})
