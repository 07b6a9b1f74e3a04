import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Outgoing, Target } from '@switchyard/core'
import { openaiChat, parseJson, type JsonObject } from '@switchyard/wire'
import { bedrock } from './index.ts'
import { moveGuardrail } from './guardrail.ts'

const guardrailConfig = { guardrailIdentifier: 'gr-1', guardrailVersion: 'DRAFT', trace: 'enabled' }

function moved(url: string, text: string): Outgoing {
  const outgoing: Outgoing = { url, method: 'POST', headers: {}, body: new TextEncoder().encode(text) }
  moveGuardrail(outgoing)
  return outgoing
}
const textOf = ({ body }: Outgoing): string => new TextDecoder().decode(body)

test('InvokeModel’s guardrail stands in headers, and no other byte changes', () => {
  const body = `{ "max_tokens":5, "guardrailConfig":${JSON.stringify(guardrailConfig)},"messages":[ ] }`
  const outgoing = moved('https://h/model/m/invoke-with-response-stream', body)
  assert.deepEqual(outgoing.headers, {
    'x-amzn-bedrock-guardrailidentifier': 'gr-1',
    'x-amzn-bedrock-guardrailversion': 'DRAFT',
    'x-amzn-bedrock-trace': 'ENABLED',
  })
  assert.equal(textOf(outgoing).replace(/\s/g, ''), '{"max_tokens":5,"messages":[]}')
  const plain = moved('https://h/model/m/invoke', '{ "a":1 }')
  assert.deepEqual([plain.headers, textOf(plain)], [{}, '{ "a":1 }'])
  const converse = moved('https://h/model/m/converse', body)
  assert.deepEqual([converse.headers, textOf(converse)], [{}, body])
})

const written = (model: string, more: JsonObject): JsonObject | undefined => {
  const traits = { id: model, supports: new Set<string>(), lacks: new Set<string>() }
  const endpoint = bedrock.endpointFor?.('chat', 'openai-chat', traits)
  const request = openaiChat.readRequest({ model, messages: [{ role: 'user', content: 'Hi.' }], ...more })
  return endpoint?.speaks?.writeRequest(request, traits).body
}

test('fields that nobody knows reach the model where its settings are', () => {
  const llama = written('meta.llama2-13b-chat-v1', { max_tokens: 5, images: ['QUJD'], guardrailConfig })
  assert.deepEqual([llama?.['max_gen_len'], llama?.['images'], llama?.['guardrailConfig']], [5, ['QUJD'], guardrailConfig])
  const titan = written('amazon.titan-text-express-v1', { max_tokens: 5, someSetting: 1, guardrailConfig })
  assert.deepEqual(titan?.['textGenerationConfig'], { maxTokenCount: 5, someSetting: 1 })
  assert.deepEqual(titan?.['guardrailConfig'], guardrailConfig)
})

test('what belongs to the agents’ runtime goes to its host', () => {
  const target: Target = {
    model: 'm',
    baseUrl: bedrock.baseUrl ?? '',
    key: undefined,
    params: { aws_region_name: 'eu-west-1' },
    traits: { id: 'm', supports: new Set(), lacks: new Set() },
  }
  const hostOf = (path: string): string => new URL(bedrock.passThrough?.url?.(target, path) ?? '').host
  for (const path of [
    '/knowledgebases/KB1/retrieve',
    '/agents/A/agentAliases/B/sessions/s/text',
    '/retrieveAndGenerate',
    '/rerank',
  ]) {
    assert.equal(hostOf(path), 'bedrock-agent-runtime.eu-west-1.amazonaws.com', path)
  }
  assert.equal(hostOf('/model/anthropic.claude/converse'), 'bedrock-runtime.eu-west-1.amazonaws.com')
})

test('a relayed request with a guardrail is signed with it', async () => {
  const body = { messages: [], guardrailConfig }
  const outgoing: Outgoing = {
    url: 'https://bedrock-runtime.us-west-2.amazonaws.com/model/anthropic.claude/invoke',
    method: 'POST',
    headers: {},
    body: new TextEncoder().encode(JSON.stringify(body)),
  }
  const target: Target = {
    model: 'anthropic.claude',
    baseUrl: bedrock.baseUrl ?? '',
    key: undefined,
    params: { aws_access_key_id: 'AKIA', aws_secret_access_key: 's' },
    traits: { id: 'm', supports: new Set(), lacks: new Set() },
  }
  const env = { variable: () => undefined, now: Date.now, send: () => Promise.reject(new Error('no network')) }
  await bedrock.prepare?.(outgoing, target, env)
  assert.match(outgoing.headers['authorization'] ?? '', /SignedHeaders=[^,]*x-amzn-bedrock-guardrailidentifier/)
  assert.deepEqual(parseJson(textOf(outgoing)), { messages: [] })
})
