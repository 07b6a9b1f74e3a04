import assert from 'node:assert/strict'
import { test } from 'node:test'
import { uncountedCode, type Target } from '@switchyard/core'
import { parseJson, type JsonObject } from '@switchyard/wire'
import { sentBy } from '../../requests.fixture.ts'
import { bedrockMantle } from '../bedrock-mantle/index.ts'
import { countTokens, readBedrockError } from './count-tokens.ts'
import { bedrock } from './index.ts'

const env = { AWS_ACCESS_KEY_ID: 'AKIA', AWS_SECRET_ACCESS_KEY: 'secret', AWS_REGION_NAME: 'us-east-1' }
const sonnet = 'us.anthropic.claude-sonnet-4-5-20250929-v1:0'
const target: Target = {
  model: sonnet,
  baseUrl: bedrock.baseUrl ?? '',
  key: undefined,
  params: {},
  traits: { id: sonnet, supports: new Set(), lacks: new Set() },
}

test('Claude is counted by the name of the foundation model', async () => {
  const { url } = await sentBy(bedrock, {}, { env, model: sonnet, operation: 'count_tokens', client: 'anthropic-messages' })
  const host = 'https://bedrock-runtime.us-east-1.amazonaws.com'
  assert.equal(url, `${host}/model/anthropic.claude-sonnet-4-5-20250929-v1%3A0/count-tokens`)
})

test('other models, and those that an ARN hides, are counted by whoever asks', () => {
  const chosen = (id: string, client: 'anthropic-messages' | 'gemini' = 'anthropic-messages'): unknown =>
    bedrock.endpointFor?.('count_tokens', client, { id, supports: new Set(), lacks: new Set() })
  assert.equal(chosen('us.amazon.nova-pro-v1:0'), undefined)
  assert.equal(chosen('arn:aws:bedrock:us-east-1:1:application-inference-profile/z'), undefined)
  assert.equal(chosen(sonnet, 'gemini'), undefined)
})

function inside(body: JsonObject): unknown {
  const payload = countTokens.write(body, target, [])
  assert.ok('json' in payload)
  assert.deepEqual(Object.keys(payload.json), ['input'])
  const found = /"body":"([^"]+)"/.exec(JSON.stringify(payload.json))?.[1] ?? ''
  return parseJson(Buffer.from(found, 'base64').toString())
}

test('what is counted is the body that InvokeModel would get', () => {
  const messages = [{ role: 'user', content: 'Grüße' }]
  assert.deepEqual(inside({ model: 'claude', stream: true, messages, system: 'Be.' }), {
    anthropic_version: 'bedrock-2023-05-31',
    max_tokens: 1,
    messages,
    system: 'Be.',
  })
  const thinking = { type: 'enabled', budget_tokens: 2000 }
  assert.deepEqual(inside({ messages, thinking, anthropic_beta: ['context-1m-2025-08-07', 'claude-code-20250219'] }), {
    anthropic_version: 'bedrock-2023-05-31',
    max_tokens: 2001,
    messages,
    thinking,
    anthropic_beta: ['context-1m-2025-08-07'],
  })
  assert.deepEqual(countTokens.read({ inputTokens: 12 }, {}, target), { input_tokens: 12 })
  assert.throws(() => countTokens.read({}, {}, target), { kind: 'bad_reply' })
})

test('a model that is not counted says so by its code, every other refusal is one', () => {
  const refused = readBedrockError(400, { message: "The provided model doesn't support counting tokens." })
  assert.deepEqual([refused.kind, refused.facts.code], ['bad_request', uncountedCode])
  assert.equal(readBedrockError(400, { message: 'messages: too short' }).facts.code, undefined)
})

test('Mantle counts Anthropic’s models in Anthropic’s shape', async () => {
  const counting = { env, operation: 'count_tokens', client: 'anthropic-messages' } as const
  const sent = await sentBy(bedrockMantle, {}, { ...counting, model: 'anthropic.claude-opus-4-7' })
  assert.equal(sent.url, 'https://bedrock-mantle.us-east-1.api.aws/anthropic/v1/messages/count_tokens')
  assert.equal(sent.headers['anthropic-version'], '2023-06-01')
})
