import type { Codec, Outgoing, Payload, Provider, ProviderEnv, Target } from '@switchyard/core'
import { fail, stringOf, type JsonObject } from '@switchyard/wire'
import { readError } from '../../aws/errors.ts'
import { awsParams, regionOf } from '../../aws/params.ts'
import { knownRegions, regionalHost, signFor, type AwsService } from '../../aws/service.ts'
import { formatOf, voiceOf } from '../../audio.ts'
import { without } from '../../tuning.ts'

const polly: AwsService = { name: 'polly', hostFor: regionalHost('polly') }

/** Stands for "no address was named": every region has a host of its own. */
const anyRegion = `https://${polly.hostFor('us-west-2')}`

/** OpenAI's voices in Polly's (native-wire facts §20, 2026-11-22). */
const voices: Readonly<Record<string, string>> = {
  alloy: 'Joanna',
  echo: 'Matthew',
  fable: 'Amy',
  onyx: 'Brian',
  nova: 'Ivy',
  shimmer: 'Kendra',
}

/** Of Polly's SynthesizeSpeech, those that OpenAI's clients ask for, and its own. */
const formats = { mp3: 'mp3', opus: 'ogg_opus', pcm: 'pcm', ogg_opus: 'ogg_opus', ogg_vorbis: 'ogg_vorbis' }

const isSsml = (text: string): boolean => text.trimStart().startsWith('<speak')

/** The model is the engine; fields by Polly's own names travel. */
function write({ model: _, input, voice, response_format: format, ...own }: JsonObject, { model }: Target): Payload {
  const text = stringOf(input) ?? ''
  const name = voiceOf(voice)
  return {
    json: {
      Engine: model,
      OutputFormat: formatOf(format, formats, 'Polly') ?? 'mp3',
      Text: text,
      TextType: isSsml(text) ? 'ssml' : 'text',
      VoiceId: voices[name] ?? name,
      ...own,
    },
  }
}

const speech: Codec = {
  write,
  read: () => {
    throw fail('bad_reply', 'Polly answered without any audio.')
  },
}

export const awsPolly: Provider = {
  id: 'aws_polly',
  name: 'AWS Polly',
  keyEnv: [],
  auth: { kind: 'prepare' },
  baseUrl: anyRegion,
  baseEnv: [],
  hosts: knownRegions.map(polly.hostFor),
  params: awsParams,
  endpoints: { speech: [{ shape: 'native', path: '/v1/speech' }] },
  url: (target, endpoint) => {
    const base = target.baseUrl === anyRegion ? `https://${polly.hostFor(regionOf(target))}` : target.baseUrl
    return base.replace(/\/+$/, '') + endpoint.path
  },
  tune: (target, call) => without(target, call, ['instructions', 'speed', 'stream_format']),
  codecs: { speech },
  prepare: (outgoing: Outgoing, target: Target, env: ProviderEnv) =>
    signFor(polly, outgoing, { target, env, region: regionOf(target) }),
  readError,
}
