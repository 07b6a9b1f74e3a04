import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../../json.ts'
import { openaiChat } from '../openai-chat/index.ts'
import { gemini } from './index.ts'
import { traitsOf } from './test-kit.ts'

/** What becomes of tools that a chat client wrote. */
function written(tools: readonly JsonObject[]): readonly unknown[] {
  const model = 'gemini-2.5-flash'
  const request = openaiChat.readRequest({ model, messages: [{ role: 'user', content: 'Hi' }], tools })
  const { body } = gemini.writeRequest(request, traitsOf(model))
  return [body.tools, body.toolConfig]
}

test('a tool in Gemini’s words keeps its settings', () => {
  const tools = [
    { googleSearchRetrieval: { dynamicRetrievalConfig: { mode: 'MODE_DYNAMIC', dynamicThreshold: 0.3 } } },
    { fileSearch: { fileSearchStoreNames: ['fileSearchStores/a'] } },
    { retrieval: { vertexRagStore: { ragResources: [{ ragCorpus: 'c' }] } } },
  ]
  assert.deepEqual(written(tools), [tools, undefined])
})

test('the place of a map stands beside the tools', () => {
  const map = { enableWidget: true, latitude: 59.9, longitude: 10.7, languageCode: 'nb' }
  assert.deepEqual(written([{ googleMaps: map }]), [
    [{ googleMaps: { enableWidget: true } }],
    { retrievalConfig: { latLng: { latitude: 59.9, longitude: 10.7 }, languageCode: 'nb' } },
  ])
})

test('the computer is a browser, also beside functions', () => {
  const use = { environment: 'ENVIRONMENT_BROWSER' }
  assert.deepEqual(written([{ computerUse: use }]), [[{ computerUse: use }], undefined])
  const typed = { type: 'computer_use', environment: 'browser', excluded_predefined_functions: ['drag'] }
  const snap = { type: 'function', function: { name: 'snap' } }
  assert.deepEqual(written([snap, typed])[0], [
    { function_declarations: [{ name: 'snap' }] },
    { computerUse: { excludedPredefinedFunctions: ['drag'], ...use } },
  ])
})

test('tools of other houses that have the same name are not Google’s', () => {
  assert.deepEqual(written([{ type: 'file_search', vector_store_ids: ['vs_1'] }, { type: 'retrieval' }]), [undefined, undefined])
})
