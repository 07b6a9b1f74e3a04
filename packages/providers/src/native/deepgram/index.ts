import { Binary, missingKey, type Codec, type FormFile, type Payload, type Provider, type Target } from '@switchyard/core'
import { arrayOf, compact, fail, kindOfStatus, numberOf, objectOf, objectsOf, stringOf, type JsonObject } from '@switchyard/wire'
import { SpokenCharacters } from '../../passing.ts'
import { HeardSeconds } from './heard-seconds.ts'

/** Settings of OpenAI's form that are not Deepgram's: the reply holds more than any of its formats. */
const notSent: ReadonlySet<string> = new Set(['model', 'file', 'response_format', 'timestamp_granularities', 'stream', 'user'])

/** The recording is the whole body, and all settings stand in the query (developers.deepgram.com, listen-pre-recorded, read 2026-11-22). */
function write(body: JsonObject, target: Target, [file]: readonly FormFile[]): Payload {
  if (file === undefined) throw fail('bad_request', 'Missing required parameter: "file".', { param: 'file' })
  refuseSubtitles(body['response_format'])
  const query: (readonly [string, string])[] = [['model', target.model]]
  for (const [name, value] of Object.entries(body)) {
    if (notSent.has(name)) continue
    for (const one of Array.isArray(value) ? arrayOf(value) : [value]) query.push([name, String(one)])
  }
  return { binary: new Binary(file.bytes, file.contentType), query }
}

function refuseSubtitles(format: unknown): void {
  if (format !== 'srt' && format !== 'vtt') return
  throw fail('unsupported_params', `Deepgram does not answer in the format ${format}; ask for json, text or verbose_json.`, {
    param: 'response_format',
  })
}

const encoder = new TextEncoder()

function read(reply: unknown, request: JsonObject): JsonObject | Binary {
  const { results, metadata } = objectOf(reply) ?? {}
  const [channel] = objectsOf(objectOf(results)?.['channels'])
  const [best] = objectsOf(channel?.['alternatives'])
  const text = stringOf(best?.['transcript'])
  if (text === undefined) throw fail('bad_reply', 'Deepgram answered without a transcript.')
  if (request['response_format'] === 'text') return new Binary(encoder.encode(text), 'text/plain; charset=utf-8')
  return compact({
    text,
    task: 'transcribe',
    language: channel?.['detected_language'] ?? request['language'],
    duration: numberOf(objectOf(metadata)?.['duration']),
    words: objectsOf(best?.['words']).map(({ word, start, end, speaker }) => compact({ word, start, end, speaker })),
  })
}

/** A transcript that is answered as plain text has no room for its length. */
const transcription: Codec = {
  write,
  read,
  usage: (reply) => {
    const seconds = numberOf(objectOf(objectOf(reply)?.['metadata'])?.['duration'])
    return seconds === undefined ? undefined : { units: { 'input-second': seconds } }
  },
}

/** The models where none is named. */
const usualListener = 'base'
const usualVoice = 'aura-asteria-en'

export const deepgram: Provider = {
  id: 'deepgram',
  name: 'Deepgram',
  keyEnv: ['DEEPGRAM_API_KEY'],
  auth: { kind: 'prepare' },
  baseUrl: 'https://api.deepgram.com/v1',
  baseEnv: ['DEEPGRAM_API_BASE'],
  endpoints: { transcription: [{ shape: 'native', path: '/listen' }] },
  codecs: { transcription },
  passThrough: {
    open: /^(?:\/v\d)?\/(?:listen|speak|read|models)(?:\/|$)/,
    calls: [
      {
        path: '/listen',
        operation: 'transcription',
        body: 'bytes',
        asked: (_body, query) => ({ model: query.get('model') ?? usualListener }),
        usage: (reply) => transcription.usage?.(reply),
      },
      {
        path: '/speak',
        operation: 'speech',
        asked: ({ text }, query) => ({ model: query.get('model') ?? usualVoice, input: text }),
      },
    ],
    sockets: [
      {
        path: '/listen',
        model: (query) => query.get('model') ?? usualListener,
        counted: { operation: 'transcription', unit: 'input-second', counter: () => new HeardSeconds() },
      },
      {
        path: '/speak',
        model: (query) => query.get('model') ?? usualVoice,
        counted: { operation: 'speech', unit: 'character', counter: () => new SpokenCharacters('Speak') },
      },
    ],
    writeError: ({ message, kind }) => ({ body: { err_code: kind.toUpperCase(), err_msg: message } }),
  },
  prepare: (outgoing, { key }) => {
    if (key === undefined) throw missingKey('deepgram', ['DEEPGRAM_API_KEY'])
    outgoing.headers['authorization'] = `Token ${key.reveal()}`
  },
  readError: (status, body) => {
    const message = stringOf(objectOf(body)?.['err_msg'])
    return message === undefined
      ? undefined
      : fail(kindOfStatus(status), message, { code: stringOf(objectOf(body)?.['err_code']) ?? '' })
  },
}
