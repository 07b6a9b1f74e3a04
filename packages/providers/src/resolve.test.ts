import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isGatewayError } from '@switchyard/wire'
import { registry } from './registry.ts'
import { resolveModel } from './resolve.ts'

const catalog = new Map([
  ['gpt-4o-mini', 'openai'],
  ['claude-sonnet-4-5', 'anthropic'],
  ['gpt-3.5-turbo-instruct', 'text-completion-openai'],
  ['meta-llama/only-in-catalog', 'together_ai'],
])
const known = { providers: registry, models: { providerOf: (model: string) => catalog.get(model) } }

// Names and answers of LiteLLM 1.106.2 (recorded 2026-11-22), where the provider is one of ours.
const cases = [
  ['openai/gpt-4o', 'openai', 'gpt-4o'],
  ['gpt-4o-mini', 'openai', 'gpt-4o-mini'],
  ['claude-sonnet-4-5', 'anthropic', 'claude-sonnet-4-5'],
  ['gpt-3.5-turbo-instruct', 'text-completion-openai', 'gpt-3.5-turbo-instruct'],
  ['ft:gpt-4o-2024-08-06:org::id', 'openai', 'ft:gpt-4o-2024-08-06:org::id'],
  ['anthropic.claude-3-haiku-20240307-v1:0', 'bedrock', 'anthropic.claude-3-haiku-20240307-v1:0'],
  ['us.meta.llama3-2-1b-instruct-v1:0', 'bedrock', 'us.meta.llama3-2-1b-instruct-v1:0'],
  ['azure/my-deployment', 'azure', 'my-deployment'],
  ['azure/o_series/my-o3', 'azure', 'o_series/my-o3'],
  ['together_ai/x/y', 'together_ai', 'x/y'],
  ['openrouter/openai/gpt-5', 'openrouter', 'openai/gpt-5'],
  ['ai21/jamba-large-1.7', 'ai21', 'jamba-large-1.7'],
  ['meta-llama/only-in-catalog', 'together_ai', 'meta-llama/only-in-catalog'],
  ['google/gemini-2.5-flash', 'gemini', 'gemini-2.5-flash'],
  ['demo/echo', 'demo', 'echo'],
] as const

test('a name that nobody knows belongs to the provider whose host is named', () => {
  assert.equal(resolveModel('my-model', known, 'https://api.groq.com/openai/v1').provider.id, 'groq')
  assert.equal(resolveModel('gpt-4o-mini', known, 'https://api.groq.com/openai/v1').provider.id, 'openai')
  assert.throws(() => resolveModel('my-model', known, 'http://localhost:1234/v1'), isGatewayError)
  assert.throws(() => resolveModel('my-model', known, 'https://api.groq.com.example/v1'), isGatewayError)
})

for (const [name, id, model] of cases) {
  test(`${name} is ${id}'s`, () => {
    const resolved = resolveModel(name, known)
    assert.equal(resolved.provider.id, id)
    assert.equal(resolved.model, model)
  })
}

for (const name of ['unknown/foo', 'command-r', 'openai/', '/gpt-4o', '']) {
  test(`"${name}" is refused with the way to write it`, () => {
    assert.throws(
      () => resolveModel(name, known),
      (error) => isGatewayError(error) && error.kind === 'bad_request' && error.message.includes('provider/model'),
    )
  })
}
