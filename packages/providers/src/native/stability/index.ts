import type { Codec, FormFile, Incoming, Outgoing, Provider, ProviderEnv, Target } from '@switchyard/core'
import { arrayOf, compact, fail, isString, kindOfStatus, objectOf, stringOf, type JsonObject } from '@switchyard/wire'
import { imagesIn, imagesReply, ratioOf } from '../../images.ts'
import { peeked, pollJob } from '../../polling.ts'
import { without } from '../../tuning.ts'

// Stability's v2beta API (native-wire facts §21, 2026-11-22). Every body is a form.

const ratios = ['1:1', '16:9', '21:9', '2:3', '3:2', '4:5', '5:4', '9:16', '9:21'] as const
const root = '/v2beta/stable-image'

/** Core and Ultra are routes, and every other model one of a third route. */
function generationPath(model: string): string {
  const [, route] = /^(?:stable-image-)?(core|ultra)$/.exec(model) ?? []
  return `/generate/${route ?? 'sd3'}`
}

const imageGeneration: Codec = {
  write: ({ model: _, size, response_format: _format, user: _user, ...own }, { model }) => {
    const path = generationPath(model)
    const named = path.endsWith('/sd3') && model !== 'sd3' ? { model } : {}
    return { form: compact({ output_format: 'png', ...named, aspect_ratio: ratioOf(size, ratios), ...own }), files: [], path }
  },
  read,
}

/** What is done with a picture, by the group that it stands in. */
const groups: Readonly<Record<string, string>> = {
  fast: 'upscale',
  conservative: 'upscale',
  creative: 'upscale',
  sketch: 'control',
  structure: 'control',
  style: 'control',
  'style-transfer': 'control',
}

/** These name the picture in another way. */
const imageField: Readonly<Record<string, string>> = {
  'style-transfer': 'init_image',
  'replace-background-and-relight': 'subject_image',
}

const imageEdit: Codec = {
  write: ({ model: _, size: _size, response_format: _format, user: _user, ...own }, { model }, files) => ({
    form: { output_format: 'png', ...own },
    files: filesFor(model, files),
    path: `/${groups[model] ?? 'edit'}/${encodeURIComponent(model)}`,
  }),
  read,
}

function filesFor(model: string, files: readonly FormFile[]): readonly FormFile[] {
  const images = imagesIn(files)
  if (images.length > 1) throw fail('bad_request', 'Stability changes one image a call.', { param: 'image' })
  return files.map((file) => (images.includes(file) ? { ...file, field: imageField[model] ?? 'image' } : file))
}

function read(reply: unknown): JsonObject {
  const { image, result, finish_reason: reason } = objectOf(reply) ?? {}
  if (reason === 'CONTENT_FILTERED') throw fail('content_filtered', 'Stability refused the prompt or the image.')
  const base64 = stringOf(image) ?? stringOf(result)
  return imagesReply(base64 === undefined ? [] : [{ b64_json: base64 }])
}

const paceMs = 3000
const limitMs = 300_000
/** These answer the id of a job. */
const isJob = (url: string): boolean => /\/(?:upscale\/creative|edit\/replace-background-and-relight)$/.test(url)

function exchange(outgoing: Outgoing, _target: Target, env: ProviderEnv, signal: AbortSignal): Promise<Incoming> | undefined {
  return isJob(outgoing.url) ? runJob(outgoing, env, signal) : undefined
}

async function runJob(outgoing: Outgoing, env: ProviderEnv, signal: AbortSignal): Promise<Incoming> {
  const made = await peeked(await env.send(outgoing, { signal }))
  const id = stringOf(made.json['id'])
  if (made.incoming.status !== 200 || id === undefined) return made.incoming
  const url = outgoing.url.replace(/\/stable-image\/.*$/, `/results/${encodeURIComponent(id)}`)
  const { 'content-type': _, ...headers } = outgoing.headers
  const ask = async (): Promise<Incoming> => {
    const incoming = await env.send({ url, method: 'GET', headers, body: undefined }, { signal })
    // The job goes on.
    return incoming.status === 202 ? { ...incoming, status: 200 } : incoming
  }
  const isOver = (reply: JsonObject): boolean => reply['image'] !== undefined || reply['result'] !== undefined
  return pollJob({ ask, isOver, paceMs, limitMs, now: env.now, signal })
}

export const stability: Provider = {
  id: 'stability',
  name: 'Stability AI',
  aliases: ['stability_ai'],
  keyEnv: ['STABILITY_API_KEY'],
  auth: { kind: 'bearer' },
  baseUrl: 'https://api.stability.ai',
  baseEnv: ['STABILITY_API_BASE'],
  headers: { accept: 'application/json' },
  endpoints: {
    image_generation: [{ shape: 'native', path: root }],
    image_edit: [{ shape: 'native', path: root }],
  },
  tune: (target, call) => without(target, call, ['n', 'quality', 'style', 'background']),
  codecs: { image_generation: imageGeneration, image_edit: imageEdit },
  exchange,
  readError: (status, body) => {
    const errors = arrayOf(objectOf(body)?.['errors']).filter(isString)
    if (errors.length === 0) return undefined
    const isModerated = objectOf(body)?.['name'] === 'content_moderation'
    return fail(isModerated ? 'content_filtered' : kindOfStatus(status), errors.join(' '))
  },
}
