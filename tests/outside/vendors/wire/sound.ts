import { FakeSockets } from '../../../tools/fake/sockets.ts'
import { audio, formField, type VendorApi, type VendorReply, type VendorRequest } from '../fake-vendor.ts'

const heard = (bytes: { readonly length: number }): string => `${bytes.length} bytes heard`

function transcriptOfElevenLabs(request: VendorRequest): VendorReply {
  const text = heard(formField(request, 'file') ?? '')
  const words = text.split(' ').map((word, index) => ({ text: word, start: index, end: index + 1, type: 'word', logprob: 0 }))
  return { body: { language_code: 'en', language_probability: 0.98, text, words, audio_duration_secs: 12.5 } }
}

const voice = { voice_id: '21m00Tcm4TlvDq8ikWAM', name: 'Rachel', category: 'premade', labels: {}, settings: null }

/** elevenlabs.io/docs/api-reference. */
export const elevenlabs: VendorApi = {
  credential: ['xi-api-key', 'elevenlabs-vendor-key'],
  refusal: (status, message) => ({ status, body: { detail: { status: `status_${status}`, message } } }),
  answer: (request) => {
    const { path, json } = request
    if (/^\/v1\/text-to-speech\/\w+(?:\/stream)?$/.test(path)) return audio(json['text'])
    if (path === '/v1/speech-to-text') return transcriptOfElevenLabs(request)
    return path === '/v1/voices' ? { body: { voices: [voice] } } : undefined
  },
}

const metadata = {
  transaction_key: 'deprecated',
  request_id: 'a847f427-4ad5-4d67-9b95-db801e58251c',
  sha256: '0'.repeat(64),
  created: '2026-11-22T00:00:00.000Z',
  duration: 12.5,
  channels: 1,
}

function listen({ json, bytes }: VendorRequest): VendorReply {
  const transcript = typeof json['url'] === 'string' ? `${json['url']} heard` : heard(bytes)
  const words = [{ word: 'heard', start: 0, end: 1, confidence: 0.9 }]
  return {
    body: {
      metadata: {
        ...metadata,
        models: ['m1'],
        model_info: { m1: { name: 'general-nova-3', version: '2024-12-20.0', arch: 'nova-3' } },
      },
      results: { channels: [{ alternatives: [{ transcript, confidence: 0.9, words }] }] },
    },
  }
}

/** developers.deepgram.com/reference: listen and speak. */
export const deepgram: VendorApi = {
  credential: ['authorization', 'Token deepgram-vendor-key'],
  refusal: (status, message) => ({ status, body: { err_code: `CODE_${status}`, err_msg: message, request_id: 'r1' } }),
  answer: (request) => {
    if (request.path === '/v1/listen') return listen(request)
    return request.path === '/v1/speak' ? audio(request.json['text']) : undefined
  },
}

/** Its live recordings (developers.deepgram.com, listen-streaming, 2026-11-22). */
export function liveDeepgram(): FakeSockets {
  const sockets = new FakeSockets()
  sockets.vendor = {
    heard: (peer, message) => {
      if (typeof message === 'string') {
        if (!message.includes('CloseStream')) return
        peer.send(JSON.stringify({ ...metadata, type: 'Metadata' }))
        peer.close(1000)
        return
      }
      const words = [{ word: 'heard', start: 0, end: 1, confidence: 0.9 }]
      const channel = { alternatives: [{ transcript: heard(message), confidence: 0.9, words }] }
      const of = { channel_index: [0, 1], duration: 12.5, start: 0, is_final: true, speech_final: true }
      const model = { name: 'general-nova-3', version: '2024-12-20.0', arch: 'nova-3' }
      const told = { request_id: metadata.request_id, model_info: model, model_uuid: 'm1' }
      peer.send(JSON.stringify({ type: 'Results', ...of, channel, metadata: told }))
    },
  }
  return sockets
}

/** How often the job was asked for: the first time it is not done. */
let asked = 0
let uploaded: Uint8Array = Buffer.alloc(0)

function transcriptOfAssembly({ method, path, json }: VendorRequest): VendorReply | undefined {
  const base = { id: 't1', audio_url: 'https://example.com/a.mp3', speech_models: json['speech_models'] ?? null }
  if (method === 'POST') {
    asked = 0
    return { body: { ...base, status: 'queued' } }
  }
  if (path.endsWith('/srt'))
    return { headers: { 'content-type': 'text/plain' }, body: '1\n00:00:00,000 --> 00:00:01,000\nheard\n' }
  if (asked++ === 0) return { body: { ...base, status: 'processing' } }
  const words = [{ text: 'heard', start: 0, end: 1000, confidence: 0.9, speaker: null }]
  const model = { speech_model_used: 'best' }
  return { body: { ...base, ...model, status: 'completed', text: heard(uploaded), audio_duration: 12, words, confidence: 0.9 } }
}

/** assemblyai.com/docs/api-reference: upload and transcripts. */
export const assemblyai: VendorApi = {
  credential: ['authorization', 'assemblyai-vendor-key'],
  refusal: (status, error) => ({ status, body: { error } }),
  answer: (request) => {
    if (request.path.startsWith('/v2/transcript')) return transcriptOfAssembly(request)
    if (request.path !== '/v2/upload') return undefined
    uploaded = request.bytes
    return { body: { upload_url: 'https://cdn.assemblyai.com/upload/u1' } }
  },
}
