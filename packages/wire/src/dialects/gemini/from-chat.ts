import type { ChatRequest, OutputFormat, Tool } from '../../hub.ts'
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

/** OpenAI's `web_search_options`: Google's search has no settings like them, so only the wish itself is put. */
export const searchWish = (request: ChatRequest): readonly Tool[] =>
  objectOf(chatFields(request)['web_search_options']) === undefined ? [] : [{ name: 'web_search', hosted: true }]

/** Google's tools and the caller's own in one request, which Gemini allows from its third generation on. */
export const mixesTools = (request: ChatRequest): boolean => chatFields(request)['include_server_side_tool_invocations'] === true

/** `{type: 'json_object', response_schema}` is LiteLLM's older way to give Gemini a schema. */
export function formatWithSchema(request: ChatRequest): OutputFormat | undefined {
  const { format } = request
  const schema = objectOf(objectOf(chatFields(request)['$response_format'])?.['response_schema'])
  return format?.type === 'json' && schema !== undefined ? { type: 'schema', name: 'response', schema } : format
}
