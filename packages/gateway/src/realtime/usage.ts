import type { ModelFacts } from '@switchyard/core'
import { makeUsage, numberOf, objectOf, stringOf, type JsonObject, type Usage } from '@switchyard/wire'

/** What `response.usage` of a `response.done` says; undefined when it says nothing. */
export function usageOf(response: JsonObject): Usage | undefined {
  const usage = objectOf(response['usage'])
  if (usage === undefined) return undefined
  const input = objectOf(usage['input_token_details'])
  const output = objectOf(usage['output_token_details'])
  const cached = objectOf(input?.['cached_tokens_details'])
  return makeUsage({
    input: numberOf(usage['input_tokens']) ?? 0,
    output: numberOf(usage['output_tokens']) ?? 0,
    cacheRead: numberOf(input?.['cached_tokens']) ?? 0,
    inputAudio: numberOf(input?.['audio_tokens']) ?? 0,
    inputImage: numberOf(input?.['image_tokens']) ?? 0,
    cacheReadAudio: numberOf(cached?.['audio_tokens']) ?? 0,
    outputAudio: numberOf(output?.['audio_tokens']) ?? 0,
  })
}

const tolerance = 10
/** Where the catalog names no limit. */
const mostTokens = 10_000_000

/** Limits in catalogs grow old, so only what is far beyond them is not believed. */
export const isPossible = (
  { input, output }: Usage,
  { maxInput, maxOutput }: Pick<ModelFacts, 'maxInput' | 'maxOutput'> = {},
): boolean => input <= (maxInput ?? mostTokens) * tolerance && output <= (maxOutput ?? mostTokens) * tolerance

/** Audio that is heard makes 10 tokens a second, and what is spoken 20 (OpenAI's guide to realtime costs, 2026-11-22). */
const heardPerSecond = 10
const spokenPerSecond = 20

/**
 * What the transcription of the user's audio used, by another model. Its prices are not the session's, but they lie below
 * them, so counted at those it is never too little.
 */
export function transcriptionUsageOf(event: JsonObject): Usage | undefined {
  const usage = objectOf(event['usage'])
  if (usage === undefined) return undefined
  if (usage['type'] === 'duration') {
    const input = (numberOf(usage['seconds']) ?? 0) * heardPerSecond
    return makeUsage({ input, inputAudio: input, estimated: true })
  }
  return makeUsage({
    input: numberOf(usage['input_tokens']) ?? 0,
    output: numberOf(usage['output_tokens']) ?? 0,
    inputAudio: numberOf(objectOf(usage['input_token_details'])?.['audio_tokens']) ?? 0,
    estimated: true,
  })
}

/** Base64 of a second: 24,000 samples of two bytes, or 8,000 of one. */
const wideCharacters = 64_000
const narrowCharacters = 10_668
const charactersPerToken = 4

interface Seen {
  text: number
  audio: number
}

/** The size of a conversation, as far as the provider has counted it and as it has grown since. */
export class Growth {
  #counted = 0
  #sent: Seen = { text: 0, audio: 0 }
  #made = new Map<string, Seen>()
  #heard = wideCharacters
  #spoken = wideCharacters

  /** What the client sent: characters of base64, or bytes of anything else. */
  sent(kind: keyof Seen, size: number): void {
    this.#sent[kind] += size
  }

  /** What a response has made so far. */
  made(response: string, kind: keyof Seen, size: number): void {
    const seen = this.#made.get(response) ?? { text: 0, audio: 0 }
    seen[kind] += size
    this.#made.set(response, seen)
  }

  /** The provider has counted: the next response reads all that this one did, and what it said. */
  counted(response: string, usage: Usage): void {
    this.#counted = usage.input + usage.output
    this.#sent = { text: 0, audio: 0 }
    this.#made.delete(response)
  }

  /** Which audio formats the session speaks: a session object of the general or of the older beta interface. */
  formats(session: JsonObject): void {
    const audio = objectOf(session['audio'])
    const input = objectOf(objectOf(audio?.['input'])?.['format'])?.['type'] ?? session['input_audio_format']
    const output = objectOf(objectOf(audio?.['output'])?.['format'])?.['type'] ?? session['output_audio_format']
    if (input !== undefined) this.#heard = charactersOf(input)
    if (output !== undefined) this.#spoken = charactersOf(output)
  }

  /** The most tokens that the next response may have to read. */
  get most(): number {
    return this.#counted + this.#sent.text + Math.ceil((this.#sent.audio / narrowCharacters) * heardPerSecond)
  }

  /** What a response that was cut has probably used. */
  estimate(response: string): Usage {
    const seen = this.#made.get(response) ?? { text: 0, audio: 0 }
    const inputAudio = Math.ceil((this.#sent.audio / this.#heard) * heardPerSecond)
    const outputAudio = Math.ceil((seen.audio / this.#spoken) * spokenPerSecond)
    return makeUsage({
      input: this.#counted + Math.ceil(this.#sent.text / charactersPerToken) + inputAudio,
      inputAudio,
      output: Math.ceil(seen.text / charactersPerToken) + outputAudio,
      outputAudio,
      estimated: true,
    })
  }
}

const charactersOf = (format: unknown): number =>
  /g711|pcmu|pcma/.test(stringOf(format) ?? '') ? narrowCharacters : wideCharacters
