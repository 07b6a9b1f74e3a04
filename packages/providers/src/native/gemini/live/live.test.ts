import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RealtimeTranslator, Target, Translated } from '@switchyard/core'
import type { JsonObject } from '@switchyard/wire'
import { live } from './index.ts'

const target: Target = {
  model: 'gemini-live',
  baseUrl: 'https://generativelanguage.googleapis.com/v1beta',
  key: undefined,
  params: {},
  traits: { id: 'gemini-live', supports: new Set(), lacks: new Set() },
}

function translator(): RealtimeTranslator {
  const made = live.translator?.(target)
  assert(made !== undefined)
  return made
}

const types = ({ toClient }: Translated): readonly unknown[] => toClient.map(({ type }) => type)
const last = ({ toClient }: Translated): JsonObject => toClient.at(-1) ?? {}
const text = (words: string): JsonObject => ({
  type: 'conversation.item.create',
  item: { type: 'message', role: 'user', content: [{ type: 'input_text', text: words }] },
})

test('the address is that of the bidirectional method', () => {
  assert.equal(
    live.url(target),
    'https://generativelanguage.googleapis.com/ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent',
  )
})

test('the session is set up before the first words, which wait until that is done', () => {
  const one = translator()
  assert.deepEqual(types(one.begin()), ['session.created'])
  const session = {
    instructions: 'Be kind.',
    output_modalities: ['audio'],
    audio: { input: { transcription: { model: 'whisper-1' } }, output: { voice: 'alloy' } },
    tools: [{ type: 'function', name: 'f', description: 'does f', parameters: { type: 'object' } }],
    max_output_tokens: 'inf',
  }
  assert.deepEqual(types(one.heard({ type: 'session.update', session })), ['session.updated'])
  const { toProvider } = one.heard(text('Hello'))
  assert.deepEqual(toProvider, [
    {
      setup: {
        model: 'models/gemini-live',
        generationConfig: {
          responseModalities: ['AUDIO'],
          speechConfig: { voiceConfig: { prebuiltVoiceConfig: { voiceName: 'Kore' } } },
        },
        systemInstruction: { parts: [{ text: 'Be kind.' }] },
        tools: [{ functionDeclarations: [{ name: 'f', description: 'does f', parametersJsonSchema: { type: 'object' } }] }],
        inputAudioTranscription: {},
        outputAudioTranscription: {},
      },
    },
  ])
  assert.deepEqual(one.heard({ type: 'response.create' }).toProvider, [])
  assert.deepEqual(one.said({ setupComplete: {} }).toProvider, [
    { clientContent: { turns: [{ role: 'user', parts: [{ text: 'Hello' }] }], turnComplete: false } },
    { clientContent: { turnComplete: true } },
  ])
  assert.throws(() => one.heard({ type: 'session.update', session: {} }), /as it began/)
})

test('a spoken answer', () => {
  const one = translator()
  const audio = one.said({ serverContent: { modelTurn: { parts: [{ inlineData: { mimeType: 'audio/pcm', data: 'AAAA' } }] } } })
  assert.deepEqual(types(audio), [
    'response.created',
    'response.output_item.added',
    'response.content_part.added',
    'response.output_audio.delta',
  ])
  assert.deepEqual(types(one.said({ serverContent: { outputTranscription: { text: 'Hi' } } })), [
    'response.output_audio_transcript.delta',
  ])
  const done = one.said({
    serverContent: { turnComplete: true },
    usageMetadata: {
      promptTokenCount: 10,
      responseTokenCount: 20,
      thoughtsTokenCount: 3,
      promptTokensDetails: [
        { modality: 'TEXT', tokenCount: 4 },
        { modality: 'AUDIO', tokenCount: 6 },
      ],
      responseTokensDetails: [{ modality: 'AUDIO', tokenCount: 20 }],
    },
  })
  assert.deepEqual(types(done), [
    'response.output_audio.done',
    'response.output_audio_transcript.done',
    'response.content_part.done',
    'response.output_item.done',
    'response.done',
  ])
  assert.partialDeepStrictEqual(last(done), {
    response: {
      status: 'completed',
      output: [{ content: [{ type: 'output_audio', transcript: 'Hi' }] }],
      usage: {
        input_tokens: 10,
        output_tokens: 23,
        input_token_details: { audio_tokens: 6 },
        output_token_details: { audio_tokens: 20 },
      },
    },
  })
})

test('a written answer, without its thoughts', () => {
  const one = translator()
  one.said({ serverContent: { modelTurn: { parts: [{ text: 'hm', thought: true }, { text: 'A' }] } } })
  const done = one.said({ serverContent: { modelTurn: { parts: [{ text: 'B' }] }, turnComplete: true } })
  assert.partialDeepStrictEqual(last(done), { response: { output: [{ content: [{ type: 'output_text', text: 'AB' }] }] } })
})

test('who is interrupted is cancelled', () => {
  const one = translator()
  one.said({ serverContent: { modelTurn: { parts: [{ text: 'A' }] } } })
  const events = one.said({ serverContent: { interrupted: true } })
  assert.equal(types(events)[0], 'input_audio_buffer.speech_started')
  assert.partialDeepStrictEqual(last(events), { type: 'response.done', response: { status: 'cancelled' } })
  assert.deepEqual(one.said({ serverContent: { turnComplete: true } }).toClient, [])
})

test('a function is called, and its answer makes the model go on', () => {
  const one = translator()
  one.heard(text('go'))
  one.said({ setupComplete: {} })
  const events = one.said({ toolCall: { functionCalls: [{ id: 'c1', name: 'f', args: { a: 1 } }] } })
  assert.partialDeepStrictEqual(last(events), {
    response: { output: [{ type: 'function_call', call_id: 'c1', name: 'f', arguments: '{"a":1}' }] },
  })
  const item = { type: 'function_call_output', call_id: 'c1', output: '{"ok":true}' }
  const answer = one.heard({ type: 'conversation.item.create', item })
  assert.deepEqual(answer.toProvider, [
    { toolResponse: { functionResponses: [{ id: 'c1', name: 'f', response: { ok: true } }] } },
  ])
  assert.deepEqual(one.heard({ type: 'response.create' }).toProvider, [])
  assert.throws(() => one.heard({ type: 'conversation.item.create', item: { ...item, call_id: 'c9' } }), /neither/)
})

test('audio is heard as it comes; without turn detection the client says when it is over', () => {
  const one = translator()
  one.heard({ type: 'session.update', session: { turn_detection: null } })
  const [setup] = one.heard({ type: 'input_audio_buffer.append', audio: 'AAAA' }).toProvider
  assert.partialDeepStrictEqual(setup, { setup: { realtimeInputConfig: { automaticActivityDetection: { disabled: true } } } })
  const audio = { realtimeInput: { audio: { mimeType: 'audio/pcm;rate=24000', data: 'AAAA' } } }
  assert.deepEqual(one.said({ setupComplete: {} }).toProvider, [{ realtimeInput: { activityStart: {} } }, audio])
  assert.deepEqual(one.heard({ type: 'input_audio_buffer.append', audio: 'AAAA' }).toProvider, [audio])
  assert.deepEqual(types(one.heard({ type: 'input_audio_buffer.commit' })), ['input_audio_buffer.committed'])
  assert.deepEqual(one.heard({ type: 'response.create' }).toProvider, [{ realtimeInput: { activityEnd: {} } }])
  assert.throws(() => one.heard({ type: 'conversation.item.truncate' }), /nothing like/)
})
