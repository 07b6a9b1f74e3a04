import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Provider, Quirk } from '@switchyard/core'
import { isGatewayError, type JsonObject } from '@switchyard/wire'
import { findProvider } from '../registry.ts'
import { sentBy, type Setting } from '../requests.fixture.ts'

const named = (id: string): Provider => {
  const provider = findProvider(id)
  assert.ok(provider)
  return provider
}

const quirksOf = async (id: string, body: JsonObject, setting: Setting = {}): Promise<readonly Quirk[]> =>
  (await sentBy(named(id), body, { apiKey: 'k', apiBase: named(id).baseUrl ?? 'https://own.example.com', ...setting })).quirks

const refuses = (id: string, body: JsonObject, param: string, setting: Setting = {}): Promise<void> =>
  assert.rejects(
    quirksOf(id, body, setting),
    (error) => isGatewayError(error) && error.kind === 'unsupported_params' && error.facts.param === param,
  )

const drops = (field: string): Quirk => ({ do: 'drop', field })
const effort = { reasoning_effort: 'low' }
const tools = { tools: [{ type: 'function', function: { name: 'f' } }], tool_choice: 'auto' }

test('a model that is known not to reason is not asked to', async () => {
  const plain = { supports: ['vision'] }
  await refuses('together_ai', effort, 'reasoning_effort', plain)
  await refuses('together_ai', { thinking: { type: 'enabled' } }, 'thinking', plain)
  assert.deepEqual(await quirksOf('together_ai', effort, { ...plain, dropParams: true }), [drops('reasoning_effort')])
  for (const supports of [[], ['reasoning']]) assert.deepEqual(await quirksOf('together_ai', effort, { supports }), [])
})

test('a model that is known to have no tools is given none', async () => {
  const lacking = { lacks: ['function_calling'] }
  await refuses('publicai', tools, 'tools', lacking)
  const quirks = await quirksOf('publicai', tools, { ...lacking, dropParams: true })
  assert.deepEqual(quirks.slice(-2), [drops('tools'), drops('tool_choice')])
})

test('OpenAI and Azure take no parameters of Anthropic; other servers may', async () => {
  const marked = { messages: [{ role: 'user', content: [{ type: 'text', text: 'Hi', cache_control: { type: 'ephemeral' } }] }] }
  for (const [id, apiBase] of [
    ['openai', 'https://api.openai.com/v1'],
    ['azure', 'https://own.openai.azure.com'],
  ] as const) {
    await refuses(id, { thinking: { type: 'enabled' } }, 'thinking', { apiBase })
    const edit = (await quirksOf(id, marked, { apiBase })).find((quirk) => quirk.do === 'edit')
    assert.ok(edit)
    assert.deepEqual(edit.edit(marked), { messages: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }] })
    assert.deepEqual(await quirksOf(id, { messages: [{ role: 'user', content: '"cache_control"' }] }, { apiBase }), [])
  }
  const elsewhere = { apiBase: 'https://gateway.example.com/v1' }
  assert.deepEqual(await quirksOf('openai', { ...marked, thinking: { type: 'enabled' } }, elsewhere), [])
})

test('dimensions are for models that have a choice of them', async () => {
  const body = { input: 'a', dimensions: 3, user: 'u' }
  const embedding = { operation: 'embedding' } as const
  await refuses('openai', body, 'dimensions', { ...embedding, model: 'text-embedding-ada-002' })
  assert.deepEqual(await quirksOf('openai', body, { ...embedding, model: 'text-embedding-3-small' }), [])
  await refuses('mistral', body, 'dimensions', { ...embedding, model: 'mistral-embed' })
  const code = await quirksOf('mistral', body, { ...embedding, model: 'codestral-embed' })
  assert.deepEqual(code.slice(-2), [drops('user'), { do: 'rename', field: 'dimensions', to: 'output_dimension' }])
})

test('Moonshot: calls of the past have reasoning before them where the model reasons', async () => {
  const messages = [
    { role: 'user', content: 'Hi' },
    { role: 'assistant', tool_calls: [{ id: 'a' }] },
    { role: 'assistant', tool_calls: [{ id: 'b' }], reasoning_content: 'Hm.' },
  ]
  const edit = (await quirksOf('moonshot', { messages }, { model: 'kimi-k2.6' })).find((quirk) => quirk.do === 'edit')
  assert.ok(edit)
  assert.deepEqual(edit.edit({ messages }), {
    messages: [messages[0], { ...messages[1], reasoning_content: ' ' }, messages[2]],
  })
  const plain = await quirksOf('moonshot', { messages }, { model: 'moonshot-v1-8k' })
  assert.equal(
    plain.some((quirk) => quirk.do === 'edit'),
    false,
  )
})

test('xAI: names stay on messages of users', async () => {
  const messages = [
    { role: 'user', name: 'Ada', content: 'Hi' },
    { role: 'tool', name: 'f', content: '1' },
  ]
  const edit = (await quirksOf('xai', { messages })).find((quirk) => quirk.do === 'edit')
  assert.ok(edit)
  assert.deepEqual(edit.edit({ messages }), { messages: [messages[0], { role: 'tool', content: '1' }] })
})

test("DeepSeek: cached tokens have OpenAI's name too", () => {
  const usage = { prompt_tokens: 14, completion_tokens: 2, prompt_cache_hit_tokens: 9, prompt_cache_miss_tokens: 5 }
  assert.deepEqual(named('deepseek').mend?.({ usage }), { usage: { ...usage, prompt_tokens_details: { cached_tokens: 9 } } })
  assert.deepEqual(named('deepseek').mend?.({ choices: [] }), { choices: [] })
})
