import { arrayOf, compact, numberOf, objectOf, objectsOf, stringOf, type JsonObject } from '@switchyard/wire'
import { nearestVoice } from '../speech.ts'

/** The message that begins a session: an OpenAI session, as far as Gemini has the same (Gemini's Live API reference, 2026-11-22). */
export function setupOf(session: JsonObject, resource: string): JsonObject {
  const speaks = speaksOf(session)
  const voice = stringOf(objectOf(audioOf(session)['output'])?.['voice']) ?? stringOf(session['voice'])
  const instructions = stringOf(session['instructions'])
  const tools = objectsOf(session['tools']).filter((tool) => tool['type'] === 'function')
  const generationConfig = compact({
    responseModalities: [speaks ? 'AUDIO' : 'TEXT'],
    temperature: numberOf(session['temperature']),
    maxOutputTokens: numberOf(session['max_output_tokens'] ?? session['max_response_output_tokens']),
    speechConfig: voice === undefined ? undefined : { voiceConfig: { prebuiltVoiceConfig: { voiceName: nearestVoice(voice) } } },
  })
  return {
    setup: compact({
      model: resource,
      generationConfig,
      systemInstruction: instructions === undefined ? undefined : { parts: [{ text: instructions }] },
      tools: tools.length === 0 ? undefined : [{ functionDeclarations: tools.map(declarationOf) }],
      inputAudioTranscription: transcribes(session) ? {} : undefined,
      outputAudioTranscription: speaks ? {} : undefined,
      realtimeInputConfig: turnsByHand(session) ? { automaticActivityDetection: { disabled: true } } : undefined,
    }),
  }
}

const audioOf = (session: JsonObject): JsonObject => objectOf(session['audio']) ?? {}
const inputOf = (session: JsonObject): JsonObject => objectOf(audioOf(session)['input']) ?? {}

function speaksOf(session: JsonObject): boolean {
  const modalities = arrayOf(session['output_modalities'] ?? session['modalities'])
  return modalities.length === 0 || modalities.includes('audio')
}

const transcribes = (session: JsonObject): boolean =>
  objectOf(inputOf(session)['transcription'] ?? session['input_audio_transcription']) !== undefined

/** The client itself says when the user has finished: `turn_detection` is null. */
export const turnsByHand = (session: JsonObject): boolean =>
  inputOf(session)['turn_detection'] === null || session['turn_detection'] === null

const declarationOf = ({ name, description, parameters }: JsonObject): JsonObject =>
  compact({ name, description, parametersJsonSchema: parameters })
