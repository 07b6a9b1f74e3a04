import type { Codec, Payload, Target } from '@switchyard/core'
import { fail, objectOf, type JsonObject } from '@switchyard/wire'
import { formatOf, voiceOf } from '../../audio.ts'

/** OpenAI's PCM has 24 kHz; at 44.1 kHz it needs a larger plan, too (ElevenLabs' guide of its Python SDK, read 2026-11-22). */
const formats = { mp3: 'mp3_44100_128', pcm: 'pcm_24000', opus: 'opus_48000_128', wav: 'wav_24000' }

/** Voices that LiteLLM's users know by short names (native-wire facts §20; ids as litellm-rs 0.4.16 lists them, read 2026-11-22). */
const voices: Readonly<Record<string, string>> = {
  alloy: '21m00Tcm4TlvDq8ikWAM',
  amber: '5Q0t7uMcjvnagumLfvZi',
  ash: 'AZnzlk1XvdvUeBnXmlld',
  august: 'D38z5RcWu1voky8WS1ja',
  blue: '2EiwWnXFnvU5JabPnv8n',
  coral: '9BWtsMINqrJLrRacOk9x',
  lily: 'EXAVITQu4vr4xnSDxMaL',
  onyx: '29vD33N1CtxCmqQRPOHJ',
  sage: 'CwhRBWXzGAHq8TQ4Fs17',
  verse: 'CYw3kZ02Hs0563khs1Fj',
}

function write(body: JsonObject, { model }: Target): Payload {
  const { model: _, input, voice, response_format: format, speed, voice_settings: settings, ...own } = body
  const name = voiceOf(voice)
  const output = formatOf(format, formats, 'ElevenLabs')
  const voiceSettings = { ...(speed === undefined ? {} : { speed }), ...objectOf(settings) }
  return {
    json: {
      text: input,
      model_id: model,
      ...(Object.keys(voiceSettings).length === 0 ? {} : { voice_settings: voiceSettings }),
      ...own,
    },
    path: `/${encodeURIComponent(voices[name.toLowerCase()] ?? name)}`,
    ...(output === undefined ? {} : { query: [['output_format', output]] }),
  }
}

export const speech: Codec = {
  write,
  read: () => {
    throw fail('bad_reply', 'ElevenLabs answered without any audio.')
  },
}
