import type { Codec, Endpoint, Provider } from '@switchyard/core'
import { compact, fail, objectOf, stringOf, type JsonObject, type Sampling, type StopReason } from '@switchyard/wire'
import { embeddingReply, estimatedTokens, textsOf } from '../../embeddings.ts'
import { textDialect } from '../../text/dialect.ts'
import { plainService } from '../../text/service.ts'
import { plainPrompt, type Said, type TextModel } from '../../text/text-model.ts'
import { reasonIn, rowsIn, tensor, textsIn } from './tensors.ts'

/** Triton's back-ends write 16 tokens where nobody says how many (native-wire facts §17, 2026-11-22). */
const usualLimit = 2000

const stops: ReadonlyMap<string, StopReason> = new Map([
  ['length', 'length'],
  ['stop', 'stop'],
])

/** `/generate` and `/generate_stream` (Triton user guide, "Generate Extension", 2026-11-22). A stream has no last event. */
const generate: TextModel = {
  name: 'generate',
  write: (prompt) => ({
    text_input: plainPrompt(prompt, ' '),
    parameters: compact({ ...prompt.unknown, ...parametersOf(prompt.sampling) }),
    stream: prompt.stream,
  }),
  read: (reply) => {
    const text = stringOf(reply['text_output'])
    return text === undefined ? undefined : said(text, reply)
  },
  stops,
  keeps: ['seed'],
  endsWithBody: true,
}

const said = (text: string, reply: JsonObject): Said => {
  const rawStop = reasonIn(reply) ?? (reply['is_finished'] === true ? 'stop' : undefined)
  return { text, ...(rawStop === undefined || rawStop === '' ? {} : { rawStop }) }
}

const parametersOf = (sampling: Sampling): JsonObject => ({
  max_tokens: sampling.maxTokens ?? usualLimit,
  temperature: sampling.temperature,
  top_p: sampling.topP,
  top_k: sampling.topK,
  stop: sampling.stop,
  seed: sampling.seed,
})

/** `/infer`, where every parameter is a tensor. It does not stream. */
const infer: TextModel = {
  name: 'infer',
  write: (prompt) => ({
    inputs: [
      tensor('text_input', 'BYTES', [plainPrompt(prompt, ' ')]),
      ...Object.entries(parametersOf(prompt.sampling)).flatMap(([name, value]) => tensorsOf(name, value)),
    ],
  }),
  read: (reply) => {
    const [text] = textsIn(reply)
    return text === undefined ? undefined : said(text, reply)
  },
  stops,
  lacks: ['stop'],
  keeps: ['seed'],
}

function tensorsOf(name: string, value: unknown): JsonObject[] {
  if (typeof value !== 'number') return []
  const isFraction = name === 'temperature' || name === 'top_p'
  return [tensor(name, isFraction ? 'FP32' : 'INT32', [value])]
}

const embedding: Codec = {
  write: ({ input }) => {
    const texts = textsOf(input)
    return { json: { inputs: [tensor('input_text', 'BYTES', texts)] } }
  },
  read: (reply, request, { model }) => {
    const tokens = estimatedTokens(textsOf(request['input']))
    const vectors = rowsIn(objectOf(reply) ?? {})
    return embeddingReply({ model, vectors, usage: { prompt_tokens: tokens, total_tokens: tokens } }, request)
  },
}

const generateEndpoint: Endpoint = {
  shape: 'native',
  path: '/generate',
  modelInPath: true,
  speaks: textDialect(generate, plainService),
}
const inferEndpoint: Endpoint = { shape: 'native', path: '/infer', modelInPath: true, speaks: textDialect(infer, plainService) }
const embedEndpoint: Endpoint = { shape: 'native', path: '/infer', modelInPath: true }

const route = /\/(generate|generate_stream|infer|embeddings)$/

/** Addresses name the route, as with LiteLLM; one that does not is the server's. */
export const triton: Provider = {
  id: 'triton',
  name: 'NVIDIA Triton',
  keyEnv: ['TRITON_API_KEY'],
  keyless: true,
  auth: { kind: 'bearer' },
  baseEnv: ['TRITON_API_BASE'],
  endpoints: { chat: [generateEndpoint, inferEndpoint], embedding: [embedEndpoint] },
  codecs: { embedding },
  endpointFor: (operation, _client, _traits, asked) =>
    operation !== 'embedding' && asked?.baseUrl.endsWith('/infer') ? inferEndpoint : undefined,
  url: ({ baseUrl, model }, endpoint, { operation, stream }) => {
    if (stream && endpoint === inferEndpoint) {
      throw fail('bad_request', 'Triton streams on /generate only: let api_base end in /generate, or leave "stream" out.', {
        param: 'stream',
      })
    }
    const base = route.test(baseUrl) ? baseUrl : `${baseUrl}/v2/models/${encodeURIComponent(model)}${endpoint.path}`
    return stream && operation !== 'embedding' ? base.replace(/\/generate$/, '/generate_stream') : base
  },
}
