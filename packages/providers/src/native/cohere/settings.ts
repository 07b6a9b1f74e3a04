import { compact, type ChatRequest, type JsonObject, type OutputFormat } from '@switchyard/wire'

/** Cohere's own parameters that chat clients of LiteLLM send beside OpenAI's. */
const ownNames = [
  'documents',
  'citation_options',
  'safety_mode',
  'strict_tools',
  'priority',
  'raw_prompting',
  'k',
  'p',
  // Of v1.
  'connectors',
  'citation_quality',
  'prompt_truncation',
  'search_queries_only',
  'conversation_id',
  'preamble',
] as const

/** What v1 and v2 have in common: sampling under Cohere's names, and the client's own parameters for it. */
export function writeSettings({ sampling, stream, extra }: ChatRequest): JsonObject {
  const fields = extra?.dialect === 'openai-chat' ? extra.fields : {}
  return compact({
    ...Object.fromEntries(ownNames.map((name) => [name, fields[name]])),
    max_tokens: sampling.maxTokens,
    temperature: sampling.temperature,
    p: sampling.topP ?? fields['p'],
    k: sampling.topK ?? fields['k'],
    stop_sequences: sampling.stop,
    seed: sampling.seed,
    frequency_penalty: sampling.frequencyPenalty,
    presence_penalty: sampling.presencePenalty,
    stream: stream ? true : undefined,
  })
}

/** `schemaField` is what the version calls the schema of an answer. */
export function writeFormat(format: OutputFormat | undefined, schemaField: 'json_schema' | 'schema'): JsonObject | undefined {
  if (format === undefined || format.type === 'text') return undefined
  return { type: 'json_object', ...(format.type === 'schema' ? { [schemaField]: format.schema } : {}) }
}
