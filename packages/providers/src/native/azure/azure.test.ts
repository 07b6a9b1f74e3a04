import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Incoming, Outgoing, Target, Transport } from '@switchyard/core'
import { Secret } from '@switchyard/wire'
import { sentBy, type Setting } from '../../requests.fixture.ts'
import { signAzure } from './credentials.ts'
import { azureAi } from './foundry.ts'
import { azure, azureText } from './index.ts'

const base = 'https://orc.openai.azure.com'
const env = { AZURE_API_KEY: 'k', AZURE_API_BASE: base, AZURE_API_VERSION: '2024-10-21' }

// URLs and headers that LiteLLM 1.106.2 was recorded with, 2026-11-22.
const cases: readonly (readonly [string, Setting, string, Record<string, string>])[] = [
  ['my-gpt4o', {}, `${base}/openai/deployments/my-gpt4o/chat/completions?api-version=2024-10-21`, { 'api-key': 'k' }],
  ['o_series/my-o3', {}, `${base}/openai/deployments/my-o3/chat/completions?api-version=2024-10-21`, { 'api-key': 'k' }],
  ['m', { params: { api_version: 'v1' } }, `${base}/openai/v1/chat/completions`, { authorization: 'Bearer k' }],
  ['m', { params: { api_version: 'preview' } }, `${base}/openai/v1/chat/completions`, { authorization: 'Bearer k' }],
  ['m', { client: 'openai-responses' }, `${base}/openai/v1/responses?api-version=preview`, { 'api-key': 'k' }],
  ['gpt-5-codex', {}, `${base}/openai/v1/responses?api-version=preview`, { 'api-key': 'k' }],
  [
    'm',
    { client: 'anthropic-messages' },
    `${base}/openai/deployments/m/chat/completions?api-version=2024-10-21`,
    { 'api-key': 'k' },
  ],
  ['m', { operation: 'embedding' }, `${base}/openai/deployments/m/embeddings?api-version=2024-10-21`, { 'api-key': 'k' }],
  [
    'm',
    { apiBase: `${base}/openai/deployments/d` },
    `${base}/openai/deployments/d/chat/completions?api-version=2024-10-21`,
    { 'api-key': 'k' },
  ],
  ['m', { apiBase: `${base}/openai/v1/` }, `${base}/openai/v1/chat/completions`, { authorization: 'Bearer k' }],
]

for (const [model, setting, url, headers] of cases) {
  test(`azure/${model} ${JSON.stringify(setting)}`, async () => {
    const sent = await sentBy(azure, {}, { env, model, ...setting })
    assert.equal(sent.url, url)
    assert.deepEqual(sent.headers, headers)
  })
}

test('azure_text completes', async () => {
  const sent = await sentBy(azureText, {}, { env, model: 'my-instruct', operation: 'completion' })
  assert.equal(sent.url, `${base}/openai/deployments/my-instruct/completions?api-version=2024-10-21`)
})

test('a token of the environment signs where there is no key', async () => {
  const { headers } = await sentBy(azure, {}, { env: { AZURE_API_BASE: base, AZURE_AD_TOKEN: 'tok' } })
  assert.deepEqual(headers, { authorization: 'Bearer tok' })
})

test('Foundry: shared models, Claude, OpenAI hosts and single deployments', async () => {
  const foundry = 'https://orc.services.ai.azure.com'
  const sent = (model: string, apiBase: string): ReturnType<typeof sentBy> => sentBy(azureAi, {}, { model, apiBase, apiKey: 'k' })
  const shared = await sent('mistral-large', foundry)
  assert.deepEqual([shared.url, shared.headers], [`${foundry}/models/chat/completions`, { 'api-key': 'k' }])
  const claude = await sent('claude-sonnet-4-5', `${foundry}/anthropic`)
  assert.equal(claude.url, `${foundry}/anthropic/v1/messages`)
  assert.deepEqual(claude.headers, { 'anthropic-version': '2023-06-01', 'x-api-key': 'k', 'api-key': 'k' })
  const own = await sent('gpt-4o', base)
  assert.equal(own.url, `${base}/openai/deployments/gpt-4o/chat/completions?api-version=2025-02-01-preview`)
  const single = await sent('phi', 'https://phi.eastus.models.ai.azure.com')
  assert.deepEqual(
    [single.url, single.headers],
    ['https://phi.eastus.models.ai.azure.com/chat/completions', { authorization: 'Bearer k' }],
  )
})

test('a refusal of the content filter is known as one', () => {
  const error = { code: 'content_filter', message: 'Filtered.', innererror: { code: 'ResponsibleAIPolicyViolation' } }
  assert.equal(azure.readError?.(400, { error })?.kind, 'content_filtered')
  assert.equal(azure.readError?.(400, { error: { code: 'other' } }), undefined)
  assert.equal(azure.readError?.(502, 'bad gateway'), undefined)
})

async function* bytes(text: string): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode(text)
}

/** Entra ID with scripted answers; what it was asked stands in `asked`. */
function entra(...answers: readonly (readonly [status: number, body: string])[]): { asked: Outgoing[]; send: Transport['send'] } {
  const asked: Outgoing[] = []
  const send = (outgoing: Outgoing): Promise<Incoming> => {
    const [status, body] = answers[Math.min(asked.length, answers.length - 1)] ?? [500, '']
    asked.push(outgoing)
    return Promise.resolve({ status, headers: new Headers(), body: bytes(body) })
  }
  return { asked, send }
}

const target = (): Target => ({
  model: 'm',
  baseUrl: base,
  key: undefined,
  params: { tenant_id: 't', client_id: 'c', client_secret: new Secret('s&s') },
  traits: { id: 'm', supports: new Set(), lacks: new Set() },
})
const outgoing = (): Outgoing => ({ url: `${base}/x`, method: 'POST', headers: {}, body: undefined })

test('client credentials buy one token for many calls, and a new one before it runs out', async () => {
  const { asked, send } = entra(
    [200, '{"access_token":"one","expires_in":3600}'],
    [200, '{"access_token":"two","expires_in":3600}'],
  )
  const one = target()
  let now = 0
  const sign = async (): Promise<string | undefined> => {
    const request = outgoing()
    await signAzure(request, one, { variable: () => undefined, send, now: () => now })
    return request.headers['authorization']
  }
  assert.deepEqual(await Promise.all([sign(), sign()]), ['Bearer one', 'Bearer one'])
  now = 3_400_000
  assert.equal(await sign(), 'Bearer one')
  now = 3_500_000
  assert.equal(await sign(), 'Bearer two')
  assert.equal(asked.length, 2)
  assert.equal(asked[0]?.url, 'https://login.microsoftonline.com/t/oauth2/v2.0/token')
  assert.equal(
    new TextDecoder().decode(asked[0]?.body),
    'grant_type=client_credentials&client_id=c&client_secret=s%26s&scope=https%3A%2F%2Fcognitiveservices.azure.com%2F.default',
  )
})

test('a refused exchange is told without the secret and tried again', async () => {
  const { send } = entra([401, '{"error":"invalid_client","error_description":"s&s"}'], [200, '{"access_token":"t"}'])
  const one = target()
  const env = { variable: () => undefined, send, now: () => 0 }
  await assert.rejects(signAzure(outgoing(), one, env), /invalid_client\): check tenant_id/)
  const request = outgoing()
  await signAzure(request, one, env)
  assert.equal(request.headers['authorization'], 'Bearer t')
})
