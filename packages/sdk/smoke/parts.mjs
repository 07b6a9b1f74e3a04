// Runs in an empty folder into which the packed tarball was installed: a program of parts, and every provider's own file.
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { APIError as EverythingsError } from 'switchyard'
import { loadCatalog, Lookups } from 'switchyard/catalog'
import { APIError, createSwitchyard, partsOf } from 'switchyard/core'
import { anthropicMessages } from 'switchyard/dialects'
import { anthropic } from 'switchyard/providers/anthropic'
import { togetherAi } from 'switchyard/providers/together_ai'

const reply = {
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'claude-sonnet-4-5-20250929',
  content: [{ type: 'text', text: 'Hi.' }],
  stop_reason: 'end_turn',
  stop_sequence: null,
  usage: { input_tokens: 10, output_tokens: 3 },
}
const sent = []
const parts = { providers: [anthropic, togetherAi], dialects: [anthropicMessages], catalog: loadCatalog }
const sdk = createSwitchyard({
  ...parts,
  env: { ANTHROPIC_API_KEY: 'sk-ant' },
  fetch: (url, { headers }) => {
    sent.push([url, headers['x-api-key']])
    return Promise.resolve(Response.json(reply))
  },
})
const call = { model: 'anthropic/claude-sonnet-4-5', messages: [{ role: 'user', content: 'Say hi.' }], max_tokens: 9 }

const chat = await sdk.completion(call)
assert.equal(chat.choices[0].message.content, 'Hi.')
assert.equal(chat._info.responseCost, 0.000075)
assert.equal((await sdk.anthropicMessages(call)).content[0].text, 'Hi.')
assert.deepEqual(sent[0], ['https://api.anthropic.com/v1/messages', 'sk-ant'])

const failure = await sdk.completion({ ...call, model: 'together_ai/x' }).catch((error) => error)
assert.ok(failure instanceof APIError)
assert.equal(APIError, EverythingsError)
assert.equal(await new Lookups(partsOf(parts)).supports('claude-sonnet-4-5', 'vision'), true)

const folder = new URL('providers/', import.meta.resolve('switchyard/core'))
for (const file of readdirSync(folder)) {
  const exported = Object.values(await import(`switchyard/providers/${file.replace('.js', '')}`))
  assert.deepEqual(
    exported.map(({ provider }) => provider.id),
    [file.replace('.js', '')],
  )
}
