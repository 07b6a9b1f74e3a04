import type { ChatRequest, OutputFormat } from '../../hub.ts'
import { arrayOf, compact, isString, objectOf, stringOf, type JsonObject } from '../../json.ts'

/*
 * Parameters for Gemini that chat clients of LiteLLM send beside OpenAI's (recorded cases, 2026-11-22). They are named one by
 * one: anything else in another dialect's extra stays out.
 */

const chatFields = ({ extra }: ChatRequest): JsonObject => (extra?.dialect === 'openai-chat' ? extra.fields : {})

/** Fields of the body. */
export function passedFields(request: ChatRequest): JsonObject {
  const fields = chatFields(request)
  return compact({
    safetySettings: fields['safety_settings'],
    cachedContent: fields['cached_content'],
    labels: fields['labels'],
  })
}

/** Fields of `generationConfig`: what kinds of answer are wanted, and whose voice. */
export function passedConfig(request: ChatRequest): JsonObject {
  const fields = chatFields(request)
  const modalities = arrayOf(fields['modalities']).filter(isString)
  const voiceName = stringOf(objectOf(fields['audio'])?.['voice'])
  return compact({
    responseModalities: modalities.length === 0 ? undefined : modalities.map((modality) => modality.toUpperCase()),
    speechConfig: voiceName === undefined ? undefined : { voiceConfig: { prebuiltVoiceConfig: { voiceName } } },
  })
}

/** `{type: 'json_object', response_schema}` is LiteLLM's older way to give Gemini a schema. */
export function formatWithSchema(request: ChatRequest): OutputFormat | undefined {
  const { format } = request
  const schema = objectOf(objectOf(chatFields(request)['$response_format'])?.['response_schema'])
  return format?.type === 'json' && schema !== undefined ? { type: 'schema', name: 'response', schema } : format
}
