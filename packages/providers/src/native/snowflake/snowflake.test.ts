import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isGatewayError } from '@switchyard/wire'
import { fieldsSent, sentBy, type Setting } from '../../requests.fixture.ts'
import { embedding } from './embed.ts'
import { snowflake } from './index.ts'

const env = { SNOWFLAKE_JWT: 'j.w.t', SNOWFLAKE_ACCOUNT_ID: 'MY_ORG-Acc1' }
const root = 'https://my-org-acc1.snowflakecomputing.com/api/v2'

// URLs and headers that LiteLLM 1.106.2 was recorded with, 2026-11-22.
const urls: readonly (readonly [Setting, string])[] = [
  [{ model: 'llama3.3-70b' }, `${root}/cortex/v1/chat/completions`],
  [{ model: 'claude-sonnet-4-5' }, `${root}/cortex/v1/messages`],
  [
    { model: 'llama3.3-70b', apiBase: 'https://a.snowflakecomputing.com/' },
    'https://a.snowflakecomputing.com/api/v2/cortex/v1/chat/completions',
  ],
  [
    { model: 'llama3.3-70b', apiBase: 'https://a.snowflakecomputing.com/api/v2/cortex/v1' },
    'https://a.snowflakecomputing.com/api/v2/cortex/v1/chat/completions',
  ],
  [{ model: 'e', operation: 'embedding' }, `${root}/cortex/inference:embed`],
]
for (const [setting, url] of urls)
  test(JSON.stringify(setting), async () => {
    const { url: sent, headers } = await sentBy(snowflake, {}, { env, ...setting })
    assert.equal(sent, url)
    assert.equal(headers['authorization'], 'Bearer j.w.t')
    assert.equal(headers['x-snowflake-authorization-token-type'], 'KEYPAIR_JWT')
    assert.equal(headers['anthropic-version'], setting.model?.startsWith('claude') ? '2023-06-01' : undefined)
  })

test('a programmatic access token is told by its mark, which does not travel', async () => {
  const { headers } = await sentBy(snowflake, {}, { env, apiKey: 'pat/secret', model: 'llama' })
  assert.equal(headers['authorization'], 'Bearer secret')
  assert.equal(headers['x-snowflake-authorization-token-type'], 'PROGRAMMATIC_ACCESS_TOKEN')
})

test('the limit by its new name, and always a word on streaming', async () => {
  const body = { messages: [], max_tokens: 5, user: 'u', stream_options: {} }
  const { quirks } = await sentBy(snowflake, body, { env, model: 'llama' })
  assert.deepEqual(fieldsSent(snowflake, body, quirks), ['max_completion_tokens', 'messages', 'stream'])
})

test('no account, an impossible one, and a foreign host', async () => {
  await assert.rejects(sentBy(snowflake, {}, { env: { SNOWFLAKE_JWT: 'k' } }), /SNOWFLAKE_ACCOUNT_ID/)
  await assert.rejects(sentBy(snowflake, {}, { env, params: { account_id: 'evil.example/#' } }), isGatewayError)
  await assert.rejects(sentBy(snowflake, {}, { env, apiBase: 'https://evil.example' }), /SNOWFLAKE_JWT/)
})

test('vectors come in lists of one', () => {
  const target = {
    model: 'e',
    baseUrl: '',
    key: undefined,
    params: {},
    traits: { id: 'e', supports: new Set<string>(), lacks: new Set<string>() },
  }
  assert.deepEqual(embedding.write({ input: 'a' }, target, []), { json: { model: 'e', text: ['a'] } })
  assert.deepEqual(
    embedding.read(
      { data: [{ embedding: [[1, 2]] }, { embedding: [3, 4] }], usage: { total_tokens: 4 } },
      { input: 'a' },
      target,
    ),
    {
      object: 'list',
      data: [
        { object: 'embedding', index: 0, embedding: [1, 2] },
        { object: 'embedding', index: 1, embedding: [3, 4] },
      ],
      model: 'e',
      usage: { prompt_tokens: 4, total_tokens: 4 },
    },
  )
})
