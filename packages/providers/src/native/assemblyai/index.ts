import {
  Binary,
  type Codec,
  type Incoming,
  type Outgoing,
  type PassedJobReply,
  type Provider,
  type ProviderEnv,
  type Target,
} from '@switchyard/core'
import { arrayOf, compact, fail, numberOf, objectOf, objectsOf, stringOf, type JsonObject } from '@switchyard/wire'
import { recordingIn, refuseSubtitles, transcriptAs } from '../../audio.ts'
import { errorIn } from '../../passing.ts'
import { peeked, pollJob } from '../../polling.ts'
import { row } from '../../row.ts'
import { without } from '../../tuning.ts'
import { OpenSeconds } from './open-seconds.ts'

// Chat is behind a gateway of OpenAI's language; recordings are uploaded, then a job is made (assemblyai.com/docs, read 2026-11-22).

const gateway = 'https://llm-gateway.assemblyai.com/v1'
const uploadPath = '/v2/upload'
const paceMs = 1500
const limitMs = 600_000

/** The recording is the body; what the job is told waits until the upload is done. */
const transcription: Codec = {
  write: (
    { model: _, language, response_format: format, timestamp_granularities: _granularities, stream: _stream, ...own },
    { model },
    files,
  ) => {
    refuseSubtitles(format, 'AssemblyAI')
    const file = recordingIn(files)
    const later = compact({
      speech_models: [model],
      language_code: language,
      language_detection: language === undefined ? true : undefined,
      ...own,
    })
    return { binary: new Binary(file.bytes, 'application/octet-stream'), later }
  },
  read: (reply, request) => {
    const { status, error, text, language_code: language, audio_duration: duration, words } = objectOf(reply) ?? {}
    if (status !== 'completed')
      throw fail('bad_reply', stringOf(error) ?? `The job of AssemblyAI ended with "${String(status)}".`)
    return transcriptAs(request, compact({ text, task: 'transcribe', language, duration, words: objectsOf(words).map(wordOf) }))
  },
  usage: (reply) => {
    const seconds = numberOf(objectOf(reply)?.['audio_duration'])
    return seconds === undefined ? undefined : { units: { 'input-second': seconds } }
  },
}

/** Times are milliseconds. */
const wordOf = ({ text, start, end, speaker }: JsonObject): JsonObject =>
  compact({ word: text, start: (numberOf(start) ?? 0) / 1000, end: (numberOf(end) ?? 0) / 1000, speaker: speaker ?? undefined })

const running: ReadonlySet<unknown> = new Set(['queued', 'processing'])

function exchange(outgoing: Outgoing, _target: Target, env: ProviderEnv, signal: AbortSignal): Promise<Incoming> | undefined {
  return new URL(outgoing.url).pathname.endsWith(uploadPath) ? transcribe(outgoing, env, signal) : undefined
}

async function transcribe(outgoing: Outgoing, env: ProviderEnv, signal: AbortSignal): Promise<Incoming> {
  const uploaded = await peeked(await env.send(outgoing, { signal }))
  const audioUrl = stringOf(uploaded.json['upload_url'])
  if (uploaded.incoming.status !== 200 || audioUrl === undefined) return uploaded.incoming
  const url = outgoing.url.replace(/upload$/, 'transcript')
  const json = JSON.stringify({ audio_url: audioUrl, ...outgoing.later })
  const { 'content-type': _, ...headers } = outgoing.headers
  const body = new TextEncoder().encode(json)
  const made = await peeked(
    await env.send({ url, method: 'POST', headers: { ...headers, 'content-type': 'application/json' }, body }, { signal }),
  )
  const id = stringOf(made.json['id'])
  if (made.incoming.status !== 200 || id === undefined) return made.incoming
  const jobUrl = `${url}/${encodeURIComponent(id)}`
  const ask = (): Promise<Incoming> => env.send({ url: jobUrl, method: 'GET', headers, body: undefined }, { signal })
  return pollJob({ ask, isOver: ({ status }) => !running.has(status), paceMs, limitMs, now: env.now, signal })
}

const rowOfAssembly = row('assemblyai', 'AssemblyAI', gateway, { hosts: 'llm-gateway.eu.assemblyai.com .assemblyai.com' })

export const assemblyAi: Provider = {
  ...rowOfAssembly,
  endpoints: { ...rowOfAssembly.endpoints, transcription: [{ shape: 'native', path: uploadPath }] },
  /** The recordings' API has the gateway's host without its first name. */
  url: ({ baseUrl }, endpoint) => {
    const base = baseUrl.replace(/\/+$/, '')
    return (endpoint.path === uploadPath ? base.replace('//llm-gateway.', '//api.').replace(/\/v\d$/, '') : base) + endpoint.path
  },
  tune: (target, call) =>
    call.operation === 'transcription' ? without(target, call, ['temperature']) : (rowOfAssembly.tune?.(target, call) ?? []),
  codecs: { transcription },
  /** Keys stand there without a word before them. */
  prepare: (outgoing, { key }) => {
    if (key !== undefined && /^\/v[23]\//.test(new URL(outgoing.url).pathname)) outgoing.headers['authorization'] = key.reveal()
  },
  exchange,
  passThrough: {
    url: ({ baseUrl }, path) => (path.startsWith('/v3/') ? streamingRoot : recordingsRoot)(baseUrl) + path,
    sockets: [
      {
        path: '/v3/ws',
        model: (query) => query.get('speech_model') ?? undefined,
        counted: { operation: 'transcription', unit: 'input-second', counter: (seconds) => new OpenSeconds(seconds) },
      },
    ],
    jobs: [{ path: '/v2/transcript', operation: 'transcription', read: readJob }],
    writeError: errorIn('error'),
  },
}

function readJob(reply: JsonObject): PassedJobReply | undefined {
  const id = stringOf(reply['id'])
  if (id === undefined) return undefined
  const named = reply['speech_model_used'] ?? reply['speech_model'] ?? arrayOf(reply['speech_models'])[0]
  const isDone = reply['status'] === 'completed'
  return { id, model: stringOf(named) ?? 'best', usage: isDone ? transcription.usage?.(reply) : undefined }
}

const recordingsRoot = (baseUrl: string): string => baseUrl.replace('//llm-gateway.', '//api.').replace(/\/v\d\/*$/, '')

/** Live sessions have a host of their own (assemblyai.com/docs, Universal Streaming, 2026-11-22). */
const streamingRoot = (baseUrl: string): string => recordingsRoot(baseUrl).replace('//api.', '//streaming.')
