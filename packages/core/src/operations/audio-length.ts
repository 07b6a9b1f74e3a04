import type { FormFile } from '../payload.ts'

/**
 * Speech in Opus begins at 6 kbit/s (opus-codec.org): no format that transcription takes carries speech in fewer bytes. Long
 * silence may; what it then costs beyond the reservation is still settled and charged.
 */
const leastBytesPerSecond = 750
/** Recordings of phones and meetings: 64 kbit/s. */
const usualBytesPerSecond = 8000

/** Seconds of a recording, from a WAV header; undefined for the formats that have to be decoded. */
export function exactSeconds({ bytes }: FormFile): number | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < 12 || textAt(view, 0) !== 'RIFF' || textAt(view, 8) !== 'WAVE') return undefined
  let bytesPerSecond = 0
  for (let at = 12; at + 8 <= bytes.length;) {
    const length = view.getUint32(at + 4, true)
    const name = textAt(view, at)
    if (name === 'fmt ' && at + 24 <= bytes.length) bytesPerSecond = rateOf(view, at + 8)
    // What a header promises and the file does not hold was not said.
    if (name === 'data') return bytesPerSecond > 0 ? Math.min(length, bytes.length - at - 8) / bytesPerSecond : undefined
    at += 8 + length + (length % 2)
  }
  return undefined
}

const textAt = (view: DataView, at: number): string =>
  String.fromCharCode(view.getUint8(at), view.getUint8(at + 1), view.getUint8(at + 2), view.getUint8(at + 3))

const plainFormats: ReadonlySet<number> = new Set([1, 3, 0xfffe])

/** From sample rate, channels and bits, as decoders do; the header's own figure may be anything. Packed formats: 0. */
function rateOf(view: DataView, at: number): number {
  if (!plainFormats.has(view.getUint16(at, true))) return 0
  return (view.getUint32(at + 4, true) * view.getUint16(at + 2, true) * view.getUint16(at + 14, true)) / 8
}

/** What is charged where nobody says how long a recording is. */
export const probableSeconds = (file: FormFile): number => exactSeconds(file) ?? file.bytes.length / usualBytesPerSecond

/** The longest that a recording of so many bytes can be. */
export const mostSeconds = (file: FormFile): number => exactSeconds(file) ?? file.bytes.length / leastBytesPerSecond

/** Bytes of a second of speech in the formats of OpenAI's API: 24 kHz samples of 16 bits, 128 kbit/s MP3 (OpenAI's TTS guide). */
const speechRates: Readonly<Record<string, number>> = {
  pcm: 48_000,
  wav: 48_000,
  flac: 24_000,
  mp3: 16_000,
  aac: 16_000,
  opus: 4000,
}

export const speechSeconds = (bytes: number, format: string): number => bytes / (speechRates[format] ?? 16_000)
