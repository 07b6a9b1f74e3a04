import { objectOf, stringOf, type JsonObject } from '@switchyard/wire'
import { audio, events, formField, type VendorApi, type VendorReply, type VendorRequest } from '../fake-vendor.ts'
import { chat, refuse } from './openai-like.ts'

// platform.openai.com/docs/api-reference.

/** What is kept for a customer: how its ids begin, and what a new one holds besides what was sent. */
interface Kind {
  readonly prefix: string
  readonly object: string
  readonly fresh: JsonObject
}

const made = { created_at: 1_700_000_000, metadata: {} }
const counts = { in_progress: 0, completed: 0, failed: 0, cancelled: 0, total: 0 }
const kinds: Readonly<Record<string, Kind>> = {
  batches: { prefix: 'batch_', object: 'batch', fresh: { status: 'validating', request_counts: { ...counts, total: 1 } } },
  vector_stores: { prefix: 'vs_', object: 'vector_store', fresh: { status: 'completed', usage_bytes: 0, file_counts: counts } },
  'fine_tuning/jobs': { prefix: 'ftjob-', object: 'fine_tuning.job', fresh: { status: 'queued', result_files: [], seed: 1 } },
  assistants: { prefix: 'asst_', object: 'assistant', fresh: { tools: [] } },
  threads: { prefix: 'thread_', object: 'thread', fresh: {} },
  containers: { prefix: 'cntr_', object: 'container', fresh: { status: 'running' } },
  conversations: { prefix: 'conv_', object: 'conversation', fresh: {} },
}

/** What stands below one of them. */
const below: Readonly<Record<string, JsonObject>> = {
  messages: {
    id: 'msg_1',
    object: 'thread.message',
    role: 'user',
    content: [{ type: 'text', text: { value: 'hi', annotations: [] } }],
  },
  runs: { id: 'run_1', object: 'thread.run', status: 'queued', tools: [] },
  files: { id: 'file-1', object: 'vector_store.file', status: 'completed', usage_bytes: 1 },
  search: {
    object: 'vector_store.search_results.page',
    search_query: ['hi'],
    data: [{ file_id: 'file-1', filename: 'a.txt', score: 0.9, attributes: {}, content: [{ type: 'text', text: 'found' }] }],
    has_more: false,
    next_page: null,
  },
  events: {
    object: 'list',
    data: [{ id: 'ev_1', object: 'fine_tuning.job.event', level: 'info', message: 'queued' }],
    has_more: false,
  },
}

const page = (data: readonly unknown[]): VendorReply => ({
  body: { object: 'list', data, first_id: null, last_id: null, has_more: false },
})

/** OpenAI with everything that it keeps. */
class OpenAi {
  readonly #objects = new Map<string, JsonObject>()
  readonly #files = new Map<string, { readonly object: JsonObject; readonly bytes: Buffer }>()
  #count = 0

  answer(request: VendorRequest): VendorReply | undefined {
    const path = request.path.replace(/^\/v1\//, '')
    if (path === 'files' || path.startsWith('files/')) return this.#file(request, path.split('/')[1], path.split('/')[2])
    const kind = Object.keys(kinds).find((name) => path === name || path.startsWith(`${name}/`))
    if (kind !== undefined) return this.#kept(request, kind, path.slice(kind.length + 1).split('/'))
    if (path === 'videos' || path.startsWith('videos/')) return this.#video(request, path.split('/'))
    return path === 'chat/completions' ? chat(request) : media(request, path)
  }

  #file(request: VendorRequest, id: string | undefined, rest: string | undefined): VendorReply | undefined {
    if (request.method === 'POST') {
      const bytes = Buffer.from(formField(request, 'file') ?? '', 'latin1')
      const filename = /filename="([^"]*)"/.exec(request.bytes.toString('latin1'))?.[1]
      const purpose = formField(request, 'purpose')
      const head = { id: `file-${++this.#count}`, object: 'file', bytes: bytes.length, created_at: 1_700_000_000 }
      const object = { ...head, filename, purpose, status: 'processed' }
      this.#files.set(object.id, { object, bytes })
      return { body: object }
    }
    if (id === undefined) return page([...this.#files.values()].map(({ object }) => object))
    const found = this.#files.get(id)
    if (found === undefined) return undefined
    if (request.method === 'DELETE') return { body: { id, object: 'file', deleted: this.#files.delete(id) } }
    return rest === 'content' ? { body: found.bytes } : { body: found.object }
  }

  #kept({ method, json }: VendorRequest, name: string, [id = '', rest]: readonly string[]): VendorReply | undefined {
    const { prefix, object, fresh } = kinds[name] ?? { prefix: 'x_', object: name, fresh: {} }
    if (id === '' && method === 'POST') {
      const one = { ...made, ...fresh, ...json, id: `${prefix}${++this.#count}`, object }
      this.#objects.set(one.id, one)
      return { body: one }
    }
    if (id === '') return page([...this.#objects.values()].filter((one) => one['object'] === object))
    const found = this.#objects.get(id)
    if (found === undefined) return undefined
    if (method === 'DELETE') return { body: { id, object: `${object}.deleted`, deleted: this.#objects.delete(id) } }
    if (rest === undefined) return { body: found }
    return { body: rest === 'cancel' ? { ...found, status: 'cancelling' } : { ...made, ...below[rest], ...withoutList(json) } }
  }

  #video(request: VendorRequest, [, id = '', rest]: readonly string[]): VendorReply | undefined {
    const { method, json } = request
    const said = (field: string): string | undefined => stringOf(json[field]) ?? formField(request, field)
    if (method === 'POST') {
      const video = {
        id: `video_${++this.#count}`,
        object: 'video',
        model: said('model') ?? 'sora-2',
        status: 'completed',
        progress: 100,
        created_at: 1_700_000_000,
        seconds: said('seconds') ?? '4',
        size: said('size') ?? '720x1280',
        ...(id === '' ? {} : { remixed_from_video_id: id }),
      }
      this.#objects.set(video.id, video)
      return { body: video }
    }
    if (method === 'DELETE') return { body: { id, object: 'video.deleted', deleted: this.#objects.delete(id) } }
    if (rest === 'content') return { headers: { 'content-type': 'video/mp4' }, body: Buffer.from('ftypmp42') }
    return { body: this.#objects.get(id) ?? {} }
  }
}

/** A message's content comes back as a list of parts. */
const withoutList = ({ content: _, query: _query, ...rest }: JsonObject): JsonObject => rest

const imageUsage = {
  total_tokens: 100,
  input_tokens: 50,
  output_tokens: 50,
  input_tokens_details: { text_tokens: 10, image_tokens: 40 },
}

function images(prompt: string | undefined): VendorReply {
  return { body: { created: 1, data: [{ b64_json: Buffer.from(prompt ?? '').toString('base64') }], usage: imageUsage } }
}

function paintedSlowly(): VendorReply {
  const common = { created_at: 1, size: '1024x1024', quality: 'low', background: 'opaque', output_format: 'png' }
  return events(
    [
      { type: 'image_generation.partial_image', b64_json: 'aGFsZg==', partial_image_index: 0, ...common },
      { type: 'image_generation.completed', b64_json: 'd2hvbGU=', usage: imageUsage, ...common },
    ],
    { named: true },
  )
}

function transcript(request: VendorRequest, task: string): VendorReply {
  const text = `${task} ${formField(request, 'file')?.length ?? 0} bytes`
  if (formField(request, 'response_format') === 'srt') return { headers: { 'content-type': 'text/plain' }, body: `1\n${text}\n` }
  const usage = {
    type: 'tokens',
    input_tokens: 14,
    output_tokens: 6,
    total_tokens: 20,
    input_token_details: { audio_tokens: 14 },
  }
  if (formField(request, 'stream') === 'true')
    return events([
      { type: 'transcript.text.delta', delta: text },
      { type: 'transcript.text.done', text, usage },
    ])
  return { body: { text, usage: { type: 'duration', seconds: 12 } } }
}

const judged = { flagged: false, categories: { violence: false }, category_scores: { violence: 0.1 } }

function media(request: VendorRequest, path: string): VendorReply | undefined {
  const { json } = request
  if (path === 'images/generations') return json['stream'] === true ? paintedSlowly() : images(stringOf(json['prompt']))
  if (path === 'images/edits') return images(formField(request, 'prompt'))
  if (path === 'images/variations') return { body: { created: 1, data: [{ url: 'https://example.com/other.png' }] } }
  if (path === 'audio/transcriptions') return transcript(request, 'heard')
  if (path === 'audio/translations') return transcript(request, 'understood')
  if (path === 'audio/speech') return audio(json['input'])
  if (path === 'moderations') return { body: { id: 'modr-1', model: json['model'], results: [judged] } }
  const evaluation = { id: 'eval_1', object: 'eval', name: objectOf(json)?.['name'] ?? 'mine', testing_criteria: [] }
  return path === 'evals' ? page([evaluation]) : undefined
}

const openAi = new OpenAi()

export const openai: VendorApi = {
  credential: ['authorization', 'Bearer openai-vendor-key'],
  refusal: refuse,
  answer: (request) => openAi.answer(request),
}
