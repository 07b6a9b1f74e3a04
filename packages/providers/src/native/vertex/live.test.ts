import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isGatewayError, objectOf } from '@switchyard/wire'
import { targetFor } from '../../operations.fixture.ts'
import { vertex } from './index.ts'

const params = { vertex_project: 'p', vertex_location: 'europe-west4' }
const target = targetFor('gemini-live-2.5-flash', { baseUrl: vertex.baseUrl ?? '', key: undefined, params })

test('a session is opened at the host of the location, for a model of the project', () => {
  assert.equal(
    vertex.realtime?.url(target),
    'https://europe-west4-aiplatform.googleapis.com/ws/google.cloud.aiplatform.v1.LlmBidiService/BidiGenerateContent',
  )
  const translator = vertex.realtime?.translator?.(target)
  const item = { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Hello' }] }
  const sent = translator?.heard({ type: 'conversation.item.create', item }).toProvider ?? []
  assert.equal(
    objectOf(sent[0]?.['setup'])?.['model'],
    'projects/p/locations/europe-west4/publishers/google/models/gemini-live-2.5-flash',
  )
})

test('without a project the error says what to set', () => {
  const nowhere = targetFor('m', { baseUrl: vertex.baseUrl ?? '', key: undefined })
  assert.throws(
    () => vertex.realtime?.translator?.(nowhere),
    (error) => isGatewayError(error) && error.kind === 'bad_request',
  )
})
