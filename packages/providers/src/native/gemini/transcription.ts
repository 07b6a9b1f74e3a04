import type { Codec } from '@switchyard/core'
import { compact, fail, isString, numberOf, objectOf, objectsOf, stringOf, type JsonObject } from '@switchyard/wire'
import { recordingIn, refuseSubtitles, transcriptAs } from '../../audio.ts'
import { base64Of } from '../../base64.ts'

export const interactionsPath = '/interactions'
/** The day of the API whose replies these are (recorded with LiteLLM 1.106.2, 2026-11-22). */
export const interactionsRevision = '2026-05-20'

/** OpenAI's form ⇄ an interaction whose only input is the recording. */
export const transcription: Codec = {
  write: ({ model: _, response_format: format, prompt, stream: _stream, ...own }, { model }, files) => {
    refuseSubtitles(format, 'Gemini')
    const file = recordingIn(files)
    const asked = isString(prompt) ? [{ type: 'text', text: prompt }] : []
    const audio = { type: 'audio', data: base64Of(file.bytes), mime_type: file.contentType }
    return { json: { ...own, model, input: [audio, ...asked] } }
  },
  read: (reply, request) => {
    const body = objectOf(reply) ?? {}
    if (body['status'] === 'failed') throw fail('bad_reply', 'The transcription of Gemini failed.')
    return transcriptAs(request, compact({ text: textOf(body), task: 'transcribe', usage: usageOf(body) }))
  },
}

/** Steps are of the newer revision; outputs say the same. */
function textOf({ steps, outputs }: JsonObject): string | undefined {
  const said = objectsOf(steps).flatMap(({ type, content }) => (type === 'model_output' ? objectsOf(content) : []))
  const parts = said.length > 0 ? said : objectsOf(outputs)
  const texts = parts.flatMap(({ type, text }) => (type === 'text' ? (stringOf(text) ?? []) : []))
  return texts.length === 0 ? undefined : texts.join('')
}

function usageOf({ usage }: JsonObject): JsonObject | undefined {
  const said = objectOf(usage)
  const input = numberOf(said?.['total_input_tokens'])
  if (said === undefined || input === undefined) return undefined
  const output = numberOf(said['total_output_tokens']) ?? 0
  const audio = objectsOf(said['input_tokens_by_modality']).find(({ modality }) => /^audio$/i.test(stringOf(modality) ?? ''))
  const heard = numberOf(audio?.['tokens']) ?? 0
  return {
    type: 'tokens',
    input_tokens: input,
    output_tokens: output,
    total_tokens: numberOf(said['total_tokens']) ?? input + output,
    input_token_details: { audio_tokens: heard, text_tokens: input - heard },
  }
}
