import type { CallShape, Codec, Provider, Quirk, Target, WrittenError } from '@switchyard/core'
import { arrayOf, objectOf, objectsOf, stringOf, type GatewayError, type JsonObject } from '@switchyard/wire'
import { speechOfBase64, voiceOf } from '../audio.ts'
import { mapAnswers } from '../mending.ts'
import { row } from '../row.ts'
import { namesOnlyOn, usualTune, without } from '../tuning.ts'
import { fimEndpoint, readFim } from './fim.ts'
import { mistralBatches } from './mistral-batches.ts'

// Penalties and `n` are taken (Mistral's OpenAPI description, read 2026-11-22), unlike in LiteLLM's list.
const differences = {
  oldMaxTokens: true,
  refuses: 'logit_bias logprobs top_logprobs service_tier store',
  ignores: 'stream_options',
  quirks: [
    { do: 'rename', field: 'seed', to: 'random_seed' },
    { do: 'map', field: 'tool_choice', from: 'required', to: 'any' },
  ],
} as const

/** Magistral reasons in any case and has no dial for it: Anthropic's `thinking` asks for what happens anyway. */
const alwaysReasons = ({ model }: Target): boolean => model.includes('magistral')

/** Only the models for code let the length of their vectors be chosen, by a name of their own (Mistral's API reference, 2026-11-22). */
const tuneEmbedding = (target: Target, call: CallShape): readonly Quirk[] => [
  { do: 'drop', field: 'user' },
  ...(target.model.includes('codestral-embed')
    ? [{ do: 'rename', field: 'dimensions', to: 'output_dimension' } as const]
    : without(target, call, ['dimensions'])),
]

/** Participant names are taken on tool messages only (LiteLLM 1.106.2, 2026-11-22). */
function tune(target: Target, call: CallShape): readonly Quirk[] {
  if (call.shape === 'openai-embeddings') return tuneEmbedding(target, call)
  // Recorded with LiteLLM 1.106.2, 2026-11-22.
  if (call.shape === 'openai-transcriptions') return [...without(target, call, ['prompt']), oneGranularity]
  if (call.operation === 'speech') return without(target, call, ['speed'])
  if (call.shape !== 'openai-chat') return []
  const quirks = [...usualTune(target, call), ...namesOnlyOn(['tool'], call)]
  return alwaysReasons(target) ? [...quirks, { do: 'drop', field: 'thinking' }] : quirks
}

/** The field has no brackets behind its name (recorded with LiteLLM 1.106.2, 2026-11-22). */
const oneGranularity: Quirk = {
  do: 'edit',
  name: 'one-granularity-without-brackets',
  edit: (body) => {
    const [one, ...more] = arrayOf(body['timestamp_granularities'])
    return one === undefined || more.length > 0 ? body : { ...body, timestamp_granularities: one }
  },
}

/** OpenAI's speech with a voice's id; the sound is base64 in a JSON reply (docs.mistral.ai, speech generation, read 2026-11-22). */
const speech: Codec = {
  write: ({ model: _, voice, ...body }, { model }) => ({ json: { ...body, model, voice_id: voiceOf(voice) } }),
  read: (reply, request) => speechOfBase64(objectOf(reply)?.['audio_data'], request['response_format']),
}

/** Magistral's content is a list whose thinking parts are what others call `reasoning_content`. */
const mend = (reply: JsonObject): JsonObject =>
  mapAnswers(reply, (answer) => {
    if (!Array.isArray(answer['content'])) return answer
    const parts = objectsOf(answer['content'])
    const reasoning = parts.filter((part) => part['type'] === 'thinking').map((part) => textOf(part['thinking']))
    const text = textOf(parts.filter((part) => part['type'] !== 'thinking'))
    return { ...answer, content: text, ...(reasoning.length === 0 ? {} : { reasoning_content: reasoning.join('') }) }
  })

const textOf = (parts: unknown): string =>
  stringOf(parts) ??
  objectsOf(arrayOf(parts))
    .map((part) => stringOf(part['text']) ?? '')
    .join('')

/** Its clients read `message` at the top (its own client). */
const mistralError = ({ message, facts }: GatewayError): WrittenError => ({
  body: { object: 'error', message, type: facts.type ?? 'invalid_request_error', param: null, code: facts.code ?? null },
})

const rowOfMistral = row('mistral', 'Mistral AI', 'https://api.mistral.ai/v1', {
  ...differences,
  serves: ['embedding', 'transcription', 'moderation', 'ocr'],
})

export const mistral: Provider = {
  ...rowOfMistral,
  endpoints: { ...rowOfMistral.endpoints, speech: [{ shape: 'native', path: '/audio/speech' }] },
  codecs: { speech },
  tune,
  mend,
  passThrough: {
    unmetered: [
      { path: '/batch/jobs', instead: 'POST /v1/batches' },
      { path: '/fine_tuning/jobs', instead: 'POST /v1/fine_tuning/jobs' },
    ],
    writeError: mistralError,
  },
  keeps: { paths: { files: '/files' } },
  batches: mistralBatches,
}

const rowOfCodestral = row('codestral', 'Codestral', 'https://codestral.mistral.ai/v1', differences)

export const codestral: Provider = {
  ...rowOfCodestral,
  endpoints: { ...rowOfCodestral.endpoints, completion: [fimEndpoint] },
  tune,
  mend,
  exchange: readFim,
}
