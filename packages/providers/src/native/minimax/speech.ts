import type { Binary, Codec, Payload, Target } from '@switchyard/core'
import { fail, numberOf, objectOf, stringOf, type ErrorKind, type JsonObject } from '@switchyard/wire'
import { formatOf, speechOf, voiceOf } from '../../audio.ts'

const formats = { mp3: 'mp3', pcm: 'pcm', flac: 'flac', wav: 'wav' }

/** OpenAI's voices: the nearest of MiniMax's system voices; `alloy` as recorded with LiteLLM 1.106.2, 2026-11-22. */
const voices: Readonly<Record<string, string>> = {
  alloy: 'male-qn-qingse',
  echo: 'male-qn-jingying',
  fable: 'female-shaonv',
  onyx: 'male-qn-badao',
  nova: 'female-yujie',
  shimmer: 'female-tianmei',
}

/** OpenAI's speech ⇄ `POST /v1/t2a_v2` (native-wire facts §20, 2026-11-22). */
function write(body: JsonObject, { model }: Target): Payload {
  const { model: _, input, voice, response_format: format, speed, voice_setting: setting, audio_setting: audio, ...own } = body
  const name = voiceOf(voice)
  return {
    json: {
      model,
      text: input,
      stream: false,
      output_format: 'hex',
      voice_setting: { voice_id: voices[name] ?? name, speed: speed ?? 1, vol: 1, pitch: 0, ...objectOf(setting) },
      audio_setting: {
        sample_rate: 32_000,
        bitrate: 128_000,
        format: formatOf(format, formats, 'MiniMax') ?? 'mp3',
        channel: 1,
        ...objectOf(audio),
      },
      ...own,
    },
  }
}

/** Codes of refusals, which come with status 200 (platform.minimax.io, error codes). */
const kinds: ReadonlyMap<number, ErrorKind> = new Map([
  [1001, 'timeout'],
  [1002, 'rate_limited'],
  [1004, 'auth'],
  [1008, 'payment_required'],
  [1026, 'content_filtered'],
  [1027, 'content_filtered'],
  [1039, 'rate_limited'],
  [2013, 'bad_request'],
  [2049, 'auth'],
])

function read(reply: unknown, request: JsonObject): Binary {
  const { data, base_resp: base } = objectOf(reply) ?? {}
  const status = objectOf(base)
  const code = numberOf(status?.['status_code']) ?? 0
  if (code !== 0) {
    throw fail(kinds.get(code) ?? 'bad_reply', stringOf(status?.['status_msg']) ?? `MiniMax refused with ${code}.`, {
      code: String(code),
    })
  }
  const hex = stringOf(objectOf(data)?.['audio']) ?? ''
  if (!/^(?:[\da-f]{2})+$/i.test(hex)) throw fail('bad_reply', 'MiniMax answered without any audio.')
  return speechOf(bytesOfHex(hex), objectOf(request['audio_setting'])?.['format'] ?? request['response_format'])
}

function bytesOfHex(hex: string): Uint8Array {
  const bytes = new Uint8Array(hex.length / 2)
  for (let at = 0; at < bytes.length; at++) bytes[at] = Number.parseInt(hex.slice(2 * at, 2 * at + 2), 16)
  return bytes
}

export const speech: Codec = {
  write,
  read,
  usage: (reply) => {
    const characters = numberOf(objectOf(objectOf(reply)?.['extra_info'])?.['usage_characters'])
    return characters === undefined ? undefined : { units: { character: characters } }
  },
}
