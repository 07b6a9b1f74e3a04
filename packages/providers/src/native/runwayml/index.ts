import type { Codec, Incoming, Outgoing, Provider, ProviderEnv, Target } from '@switchyard/core'
import { arrayOf, compact, fail, isString, objectOf, stringOf, type GatewayError, type JsonObject } from '@switchyard/wire'
import { voiceOf } from '../../audio.ts'
import { imagesReply, measuresOf } from '../../images.ts'
import { peeked, pollJob } from '../../polling.ts'
import { without } from '../../tuning.ts'
import { readTask, video, videoSuffix } from './videos.ts'

// Every call is a task (docs.dev.runwayml.com/api, version 2024-11-06, and native-wire facts §21, 2026-11-22).
const paceMs = 2000
const limitMs = 600_000

const speech: Codec = {
  write: ({ model: _, input, voice, response_format: _format, ...own }, { model }) => ({
    json: { model, promptText: input, voice: voiceFor(voice), ...own },
  }),
  read: (reply) => {
    throw unfinished(reply)
  },
}

/** Voices of one's own are objects with a type. */
function voiceFor(voice: unknown): JsonObject {
  const own = objectOf(voice)
  return own?.['type'] === undefined ? { type: 'runway-preset', presetId: voiceOf(voice) } : own
}

const usualRatio = '1920:1080'

const imageGeneration: Codec = {
  write: ({ model: _, prompt, size, response_format: _format, ...own }, { model }) => {
    const measures = measuresOf(size)
    const ratio = measures === undefined ? (stringOf(size) ?? usualRatio) : `${measures.width}:${measures.height}`
    return { json: compact({ model, promptText: prompt, ratio: ratio === 'auto' ? usualRatio : ratio, ...own }) }
  },
  read: (reply) => {
    const urls = outputOf(objectOf(reply) ?? {})
    if (urls.length === 0) throw unfinished(reply)
    return imagesReply(urls.map((url) => ({ url })))
  },
}

const outputOf = ({ status, output }: JsonObject): readonly string[] =>
  status === 'SUCCEEDED'
    ? arrayOf(output)
        .filter(isString)
        .filter((url) => url.startsWith('https://'))
    : []

function unfinished(reply: unknown): GatewayError {
  const { status, failure, failureCode } = objectOf(reply) ?? {}
  const code = stringOf(failureCode) ?? ''
  const message = stringOf(failure) ?? `The task of Runway ended with "${stringOf(status) ?? 'nothing'}".`
  return fail(/SAFETY|MODERATION/.test(code) ? 'content_filtered' : 'bad_reply', message, { code })
}

const running: ReadonlySet<unknown> = new Set(['PENDING', 'RUNNING', 'THROTTLED'])

/** Makes the task and asks until it is over. Speech is fetched from where it lies, without the key; pictures are told by URL. */
async function exchange(outgoing: Outgoing, _target: Target, env: ProviderEnv, signal: AbortSignal): Promise<Incoming> {
  const made = await peeked(await env.send(outgoing, { signal }))
  if (made.incoming.status !== 200) return made.incoming
  const id = stringOf(made.json['id'])
  if (id === undefined) throw fail('bad_reply', 'Runway answered without the id of a task.')
  const url = outgoing.url.replace(/\/[^/]+$/, `/tasks/${encodeURIComponent(id)}`)
  const { 'content-type': _, ...headers } = outgoing.headers
  const ask = (): Promise<Incoming> => env.send({ url, method: 'GET', headers, body: undefined }, { signal })
  const over = await pollJob({ ask, isOver: ({ status }) => !running.has(status), paceMs, limitMs, now: env.now, signal })
  if (!outgoing.url.endsWith(speechPath) || over.status !== 200) return over
  const { incoming, json } = await peeked(over)
  const [speechUrl] = outputOf(json)
  return speechUrl === undefined
    ? incoming
    : env.send({ url: speechUrl, method: 'GET', headers: {}, body: undefined }, { signal })
}

const speechPath = '/text_to_speech'

export const runwayml: Provider = {
  id: 'runwayml',
  name: 'Runway',
  aliases: ['runway'],
  keyEnv: ['RUNWAYML_API_SECRET', 'RUNWAYML_API_KEY'],
  auth: { kind: 'bearer' },
  baseUrl: 'https://api.dev.runwayml.com/v1',
  baseEnv: ['RUNWAYML_API_BASE'],
  headers: { 'x-runway-version': '2024-11-06' },
  endpoints: {
    speech: [{ shape: 'native', path: speechPath }],
    image_generation: [{ shape: 'native', path: '/text_to_image' }],
    video: [{ shape: 'native', path: '' }],
  },
  tune: (target, call) =>
    call.operation === 'speech'
      ? without(target, call, ['instructions', 'speed', 'stream_format'])
      : without(target, call, ['n', 'quality', 'style', 'background']),
  codecs: { speech, image_generation: imageGeneration, video },
  keeps: {
    paths: { videos: '/tasks' },
    read: (_kind, reply) => readTask(reply),
    videoUrl: (reply) => outputOf(reply)[0],
  },
  // Who makes a video asks for it later.
  exchange: (outgoing, target, env, signal) =>
    outgoing.url.endsWith(videoSuffix) ? undefined : exchange(outgoing, target, env, signal),
}
