import { numberOf, objectOf, stringOf, type JsonObject, type StopReason } from '@switchyard/wire'
import type { Said } from './text-model.ts'

// Replies of Hugging Face's text-generation-inference and its forks (its OpenAPI description 3.3, read 2026-11-22).

export const generationStops: ReadonlyMap<string, StopReason> = new Map([
  ['length', 'length'],
  ['eos_token', 'stop'],
  ['stop_sequence', 'stop'],
])

/** A whole reply, or a token of a stream. */
export function readGenerated(reply: JsonObject): Said | undefined {
  const token = objectOf(reply['token'])
  if (token !== undefined) return { ...readToken(token, reply), ...countsOf(reply) }
  const text = stringOf(reply['generated_text']) ?? stringOf(reply['generation'])
  if (text === undefined) return undefined
  return { text, rawStop: stringOf(objectOf(reply['details'])?.['finish_reason']) ?? 'eos_token', ...countsOf(reply) }
}

/** The last token of a stream comes with the whole text. */
function readToken(token: JsonObject, reply: JsonObject): Said {
  const text = token['special'] === true || token['text'] === '<|endoftext|>' ? '' : (stringOf(token['text']) ?? '')
  const ended = stringOf(reply['generated_text']) !== undefined || token['text'] === '<|endoftext|>'
  const reason = stringOf(objectOf(reply['details'])?.['finish_reason'])
  return { text, ...(ended || reason !== undefined ? { rawStop: reason ?? 'eos_token' } : {}) }
}

/** Many servers count what was written and not what was read: half a bill is none. */
function countsOf(reply: JsonObject): Pick<Said, 'input' | 'output'> {
  const details = objectOf(reply['details'])
  const input = numberOf(details?.['prompt_tokens']) ?? numberOf(details?.['input_length'])
  const output = numberOf(details?.['generated_tokens'])
  return input === undefined || output === undefined ? {} : { input, output }
}
