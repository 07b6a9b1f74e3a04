import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sentBy } from '../../requests.fixture.ts'
import { anthropic } from './index.ts'

const version = { 'anthropic-version': '2023-06-01' }

test('a key of the console', async () => {
  const { url, headers } = await sentBy(anthropic, {}, { env: { ANTHROPIC_API_KEY: 'sk-ant-api' } })
  assert.equal(url, 'https://api.anthropic.com/v1/messages')
  assert.deepEqual(headers, { ...version, 'x-api-key': 'sk-ant-api' })
})

test('a token of a login goes as Bearer with its beta, beside the betas of the body', async () => {
  const body = { mcp_servers: [{ url: 'https://mcp.example.com' }] }
  const { headers } = await sentBy(anthropic, body, { apiKey: 'sk-ant-oat01-x' })
  assert.deepEqual(headers, {
    ...version,
    authorization: 'Bearer sk-ant-oat01-x',
    'anthropic-beta': 'mcp-client-2025-04-04,oauth-2025-04-20',
  })
})

test('ANTHROPIC_AUTH_TOKEN is a bearer token', async () => {
  const { headers } = await sentBy(anthropic, {}, { env: { ANTHROPIC_AUTH_TOKEN: 'tok' } })
  assert.deepEqual(headers, { ...version, authorization: 'Bearer tok' })
})

test('bases with and without the version, and counting', async () => {
  for (const apiBase of ['https://ant.example.com', 'https://ant.example.com/v1', 'https://ant.example.com/v1/messages/']) {
    assert.equal((await sentBy(anthropic, {}, { apiBase, apiKey: 'k' })).url, 'https://ant.example.com/v1/messages')
  }
  const counted = await sentBy(anthropic, {}, { apiKey: 'k', operation: 'count_tokens' })
  assert.equal(counted.url, 'https://api.anthropic.com/v1/messages/count_tokens')
})

test('without a key nothing is sent, and the error names the variables', async () => {
  await assert.rejects(sentBy(anthropic, {}, {}), /set ANTHROPIC_API_KEY or ANTHROPIC_AUTH_TOKEN/)
})
