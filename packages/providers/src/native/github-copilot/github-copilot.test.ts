import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Incoming, Outgoing, ProviderEnv, Target } from '@switchyard/core'
import { Secret, type JsonObject } from '@switchyard/wire'
import { githubCopilot } from './index.ts'

const targetOf = (key?: string): Target => ({
  model: 'gpt-5',
  baseUrl: 'https://api.githubcopilot.com',
  key: key === undefined ? undefined : new Secret(key),
  params: {},
  traits: { id: 'gpt-5', supports: new Set(), lacks: new Set() },
})

const outgoingOf = (body: JsonObject, url = 'https://api.githubcopilot.com/chat/completions'): Outgoing => ({
  url,
  method: 'POST',
  headers: {},
  body: new TextEncoder().encode(JSON.stringify(body)),
})

const reply = (status: number, body: JsonObject): Incoming => ({
  status,
  headers: new Headers(),
  body: null,
  whole: async () => new TextEncoder().encode(JSON.stringify(body)),
})

function envOf(status: number, body: JsonObject, variables: Readonly<Record<string, string>> = {}) {
  const sent: Outgoing[] = []
  const env: ProviderEnv = {
    variable: (name) => variables[name],
    now: () => 0,
    send: async (outgoing) => {
      sent.push(outgoing)
      return reply(status, body)
    },
  }
  return { env, sent }
}

const token = { token: 'tid=1', expires_at: 1800, endpoints: { api: 'https://api.business.githubcopilot.com' } }

test('a login is exchanged once, and the plan says where to ask', async () => {
  const { env, sent } = envOf(200, token)
  const target = targetOf('gho_login')
  const first = outgoingOf({ messages: [{ role: 'user', content: 'Hi' }] })
  await githubCopilot.prepare?.(first, target, env)
  assert.equal(first.url, 'https://api.business.githubcopilot.com/chat/completions')
  assert.equal(first.headers['authorization'], 'Bearer tid=1')
  assert.equal(first.headers['x-initiator'], 'user')
  assert.equal(first.headers['copilot-vision-request'], undefined)
  const picture = { role: 'user', content: [{ type: 'image_url', image_url: { url: 'https://a.example/b.png' } }] }
  const second = outgoingOf({ messages: [{ role: 'assistant', content: 'Yes?' }, picture] })
  await githubCopilot.prepare?.(second, target, env)
  assert.equal(second.headers['x-initiator'], 'agent')
  assert.equal(second.headers['copilot-vision-request'], 'true')
  assert.deepEqual(
    sent.map(({ url, headers }) => [url, headers['authorization']]),
    [['https://api.github.com/copilot_internal/v2/token', 'token gho_login']],
  )
})

test('an endpoint of another house is not believed', async () => {
  const { env } = envOf(200, { ...token, endpoints: { api: 'https://githubcopilot.com.evil.example' } })
  const outgoing = outgoingOf({})
  await githubCopilot.prepare?.(outgoing, targetOf('gho_login'), env)
  assert.equal(outgoing.url, 'https://api.githubcopilot.com/chat/completions')
})

test('without a login the error says how to give one; nothing is asked of anybody', async () => {
  const { env, sent } = envOf(200, token, { GITHUB_COPILOT_TOKEN_DIR: '/nowhere' })
  await assert.rejects(async () => githubCopilot.prepare?.(outgoingOf({}), targetOf(), env), /GITHUB_COPILOT_API_KEY/)
  assert.deepEqual(sent, [])
})

test('the machine’s login does not go to a foreign address', async () => {
  const { env, sent } = envOf(200, token, { GITHUB_COPILOT_TOKEN_DIR: '/nowhere' })
  const foreign = outgoingOf({}, 'https://evil.example/chat/completions')
  await assert.rejects(async () => githubCopilot.prepare?.(foreign, targetOf(), env), /own hosts only/)
  assert.deepEqual(sent, [])
})

test('a refused login is an error of the key', async () => {
  const { env } = envOf(404, { message: 'Not Found' })
  await assert.rejects(async () => githubCopilot.prepare?.(outgoingOf({}), targetOf('gho_old'), env), { kind: 'auth' })
})

test('each login buys a token of its own, whatever parameters are shared', async () => {
  const { env, sent } = envOf(200, token)
  const shared = targetOf('gho_a')
  for (const key of ['gho_a', 'gho_b', 'gho_a']) {
    await githubCopilot.prepare?.(outgoingOf({ messages: [] }), { ...shared, key: new Secret(key) }, env)
  }
  assert.deepEqual(
    sent.map(({ headers }) => headers['authorization']),
    ['token gho_a', 'token gho_b'],
  )
})
