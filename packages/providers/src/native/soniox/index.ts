import type { Codec, Incoming, Outgoing, Provider, ProviderEnv, Target } from '@switchyard/core'
import { compact, fail, numberOf, objectOf, objectsOf, stringOf, type JsonObject } from '@switchyard/wire'
import { recordingIn, refuseSubtitles, transcriptAs } from '../../audio.ts'
import { peeked, pollJob } from '../../polling.ts'
import { without } from '../../tuning.ts'

// Upload, job, transcript: three requests and the polling (soniox.com/docs, async transcription, read 2026-11-22).

const paceMs = 1000
const limitMs = 600_000

/** What the job is told waits until the upload is done. */
const transcription: Codec = {
  write: (
    { model: _, language, prompt, response_format: format, timestamp_granularities: _granularities, stream: _stream, ...own },
    { model },
    files,
  ) => {
    refuseSubtitles(format, 'Soniox')
    const later = compact({
      model,
      language_hints: language === undefined ? undefined : [language],
      context: prompt === undefined ? undefined : { text: prompt },
      ...own,
    })
    return { form: {}, files: [{ ...recordingIn(files), field: 'file' }], later }
  },
  read: (reply, request) => {
    const { status, error_message: error, text, tokens } = objectOf(reply) ?? {}
    if (status === 'error') throw fail('bad_reply', stringOf(error) ?? 'The job of Soniox failed.')
    return transcriptAs(
      request,
      compact({ text, task: 'transcribe', duration: endOf(tokens), words: objectsOf(tokens).map(wordOf) }),
    )
  },
}

/** Times are milliseconds. */
const seconds = (ms: unknown): number => (numberOf(ms) ?? 0) / 1000

const wordOf = ({ text, start_ms: start, end_ms: end, speaker }: JsonObject): JsonObject =>
  compact({ word: text, start: seconds(start), end: seconds(end), speaker })

function endOf(tokens: unknown): number | undefined {
  const last = objectsOf(tokens).at(-1)
  return last === undefined ? undefined : seconds(last['end_ms'])
}

const running: ReadonlySet<unknown> = new Set(['queued', 'processing'])
const isMade = (status: number): boolean => status === 200 || status === 201

async function exchange(outgoing: Outgoing, _target: Target, env: ProviderEnv, signal: AbortSignal): Promise<Incoming> {
  const { 'content-type': _, ...headers } = outgoing.headers
  const send = (method: 'POST' | 'GET' | 'DELETE', url: string, body?: JsonObject): Promise<Incoming> =>
    env.send(
      body === undefined
        ? { url, method, headers, body: undefined }
        : {
            url,
            method,
            headers: { ...headers, 'content-type': 'application/json' },
            body: new TextEncoder().encode(JSON.stringify(body)),
          },
      { signal },
    )
  const uploaded = await peeked(await env.send(outgoing, { signal }))
  const file = stringOf(uploaded.json['id'])
  if (!isMade(uploaded.incoming.status) || file === undefined) return uploaded.incoming
  const jobs = outgoing.url.replace(/files$/, 'transcriptions')
  const made = await peeked(await send('POST', jobs, { ...outgoing.later, file_id: file }))
  const id = stringOf(made.json['id'])
  if (!isMade(made.incoming.status) || id === undefined) return made.incoming
  const job = `${jobs}/${encodeURIComponent(id)}`
  const over = await peeked(
    await pollJob({
      ask: () => send('GET', job),
      isOver: ({ status }) => !running.has(status),
      paceMs,
      limitMs,
      now: env.now,
      signal,
    }),
  )
  return over.json['status'] === 'completed' ? send('GET', `${job}/transcript`) : over.incoming
}

export const soniox: Provider = {
  id: 'soniox',
  name: 'Soniox',
  keyEnv: ['SONIOX_API_KEY'],
  auth: { kind: 'bearer' },
  baseUrl: 'https://api.soniox.com',
  baseEnv: ['SONIOX_API_BASE'],
  endpoints: { transcription: [{ shape: 'native', path: '/v1/files' }] },
  tune: (target, call) => without(target, call, ['temperature']),
  codecs: { transcription },
  exchange,
}
