/**
 * Fields that LiteLLM's clients put into bodies for the gateway itself (facts §4.6): they steer the call and never travel
 * to a provider.
 */
export const gatewayFields: ReadonlySet<string> = new Set([
  'litellm_metadata',
  'litellm_session_id',
  'litellm_trace_id',
  'litellm_call_id',
  'tags',
  'guardrails',
  'disable_global_guardrails',
  'policies',
  'prompt_id',
  'prompt_variables',
  'prompt_version',
  'cache',
  'caching',
  'fallbacks',
  'context_window_fallback_dict',
  'disable_fallbacks',
  'num_retries',
  'max_retries',
  'timeout',
  'stream_timeout',
  'request_timeout',
  'no-log',
  'turn_off_message_logging',
  'drop_params',
  'additional_drop_params',
  'allowed_openai_params',
  'extra_headers',
  'extra_body',
  'mock_response',
  'mock_timeout',
  'vector_store_ids',
  'custom_llm_provider',
  'api_key',
  'api_base',
  'base_url',
  'api_version',
  'fastest_response',
  'search_tool_name',
  'base_model',
])

/** Where a caller could send a request elsewhere or with another credential: refused unless the operator allows it. */
export const destinationFields: readonly string[] = ['api_key', 'api_base', 'base_url', 'custom_llm_provider', 'extra_headers']

/**
 * OpenAI's own `metadata` is up to 16 strings; anything else under that name is meant for the gateway (LiteLLM's
 * `metadata: {tags: […]}`) and would be refused by the provider.
 */
export function isProviderMetadata(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.values(value).every((one) => typeof one === 'string')
}
