import { arrayOf, objectOf, stringOf, type JsonObject } from '@switchyard/wire'
import { audio, formField, ranked, vectorOf, type VendorApi, type VendorReply, type VendorRequest } from '../fake-vendor.ts'
import { chat, embeddings, lastSaid, modelList, refuse } from './openai-like.ts'

function answerOfOllama(request: VendorRequest, said: string, part: (text: string) => JsonObject): VendorReply {
  const { model, stream } = request.json
  const head = { model, created_at: '2026-11-22T00:00:00.000000Z' }
  const tail = { done: true, done_reason: 'stop', total_duration: 5, prompt_eval_count: 10, eval_count: 4 }
  const text = `vendor says ${said}`
  if (stream === false) return { body: { ...head, ...part(text), ...tail } }
  const parts = text.split(/(?<= )/).map((word) => ({ ...head, ...part(word), done: false }))
  return {
    headers: { 'content-type': 'application/x-ndjson' },
    body: [...parts, { ...head, ...part(''), ...tail }].map((line) => `${JSON.stringify(line)}\n`),
  }
}

/** github.com/ollama/ollama/docs/api.md. */
export const ollama: VendorApi = {
  credential: ['host', ''],
  refusal: (status, error) => ({ status, body: { error } }),
  answer: (request) => {
    const { path, json } = request
    if (path === '/api/chat')
      return answerOfOllama(request, lastSaid(request), (content) => ({ message: { role: 'assistant', content } }))
    if (path === '/api/generate') return answerOfOllama(request, String(json['prompt']), (response) => ({ response }))
    if (path === '/api/embed')
      return { body: { model: json['model'], embeddings: arrayOf(json['input']).map(vectorOf), prompt_eval_count: 6 } }
    const details = { format: 'gguf', family: 'llama', parameter_size: '8B', quantization_level: 'Q4_0' }
    const model = { name: 'llama3.1:latest', model: 'llama3.1:latest', size: 1, digest: 'd', details }
    return path === '/api/tags' ? { body: { models: [model] } } : undefined
  },
}

/** huggingface.co/docs/inference-providers. */
export const huggingface: VendorApi = {
  credential: ['authorization', 'Bearer huggingface-vendor-key'],
  refusal: (status, error) => ({ status, body: { error } }),
  answer: (request) => {
    const { path, json } = request
    if (path === '/v1/chat/completions') return chat(request)
    if (!path.endsWith('/pipeline/feature-extraction')) return undefined
    return { headers: { 'content-type': 'application/json' }, body: JSON.stringify(vectorOf(json['inputs'])) }
  },
}

/** docs.together.ai/reference. */
export const together: VendorApi = {
  credential: ['authorization', 'Bearer together-vendor-key'],
  refusal: refuse,
  answer: (request) => {
    const { path, json } = request
    if (path === '/v1/chat/completions') return chat(request)
    if (path === '/v1/embeddings') return embeddings(request)
    if (path === '/v1/images/generations') {
      const url = `https://example.com/${String(json['prompt']).replaceAll(' ', '-')}.png`
      return { body: { id: 'i1', model: json['model'], object: 'list', data: [{ index: 0, url, timings: { inference: 1 } }] } }
    }
    if (path !== '/v1/rerank') return undefined
    const usage = { prompt_tokens: 20, completion_tokens: 0, total_tokens: 20 }
    const results = ranked(arrayOf(json['documents']), json['top_n'] ?? 2)
    return { body: { object: 'rerank', id: 'r1', model: json['model'], results, usage } }
  },
}

/** console.groq.com/docs/api-reference. */
export const groq: VendorApi = {
  credential: ['authorization', 'Bearer groq-vendor-key'],
  refusal: refuse,
  answer: (request) => {
    const { path, json } = request
    const usage = { prompt_tokens: 10, completion_tokens: 4, total_tokens: 14 }
    if (path === '/openai/v1/chat/completions') return chat(request, undefined, { x_groq: { id: 'req_1', usage } })
    if (path === '/openai/v1/audio/speech') return audio(json['input'])
    if (path === '/openai/v1/models') return modelList('openai/gpt-oss-120b')
    if (path !== '/openai/v1/audio/transcriptions') return undefined
    const text = `${formField(request, 'file')?.length ?? 0} bytes heard`
    return { body: { text, task: 'transcribe', language: 'English', duration: 12.5, segments: [], x_groq: { id: 'req_1' } } }
  },
}

/** How often the prediction was asked for. */
let asked = 0

/** A prediction of replicate.com/docs/reference/http, done or not. */
function prediction(request: VendorRequest, isDone: boolean): VendorReply {
  const { json, origin } = request
  const url = `${origin}/v1/predictions/p1`
  const prompt = stringOf(objectOf(json['input'])?.['prompt']) ?? 'hi'
  return {
    status: request.method === 'POST' ? 201 : 200,
    body: {
      id: 'p1',
      model: 'meta/llama-2-70b-chat',
      version: 'dp-1',
      input: json['input'] ?? {},
      logs: '',
      output: isDone ? `vendor says ${prompt}`.split(/(?<= )/) : null,
      data_removed: false,
      error: null,
      status: isDone ? 'succeeded' : 'starting',
      created_at: '2026-11-22T00:00:00.000Z',
      urls: { cancel: `${url}/cancel`, get: url, web: 'https://replicate.com/p/p1' },
      ...(isDone ? { metrics: { predict_time: 1.5, input_token_count: 10, output_token_count: 4 } } : {}),
    },
  }
}

export const replicate: VendorApi = {
  credential: ['authorization', 'Token replicate-vendor-key'],
  refusal: (status, detail) => ({ status, body: { title: `Title ${status}`, detail, status } }),
  answer: (request) => {
    const { method, path } = request
    if (path === '/v1/models/meta/llama-2-70b-chat/predictions') return prediction(request, true)
    if (path === '/v1/predictions' && method === 'POST') {
      asked = 0
      return prediction(request, false)
    }
    if (path === '/v1/predictions/p1') return prediction(request, asked++ > 0)
    const model = {
      url: 'https://replicate.com/meta/llama-2-70b-chat',
      owner: 'meta',
      name: 'llama-2-70b-chat',
      description: 'a model',
      visibility: 'public',
      run_count: 1,
      latest_version: null,
    }
    return path === '/v1/models/meta/llama-2-70b-chat' ? { body: model } : undefined
  },
}
