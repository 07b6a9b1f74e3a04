import { gatewayFields } from '@switchyard/core'
import type { ChatRequest, JsonObject } from '@switchyard/wire'

/** OpenAI's own fields that few other protocols know, and fields that were read already. */
const foreignNames: ReadonlySet<string> = new Set(
  (
    'audio modalities moderation prediction prompt_cache_key prompt_cache_retention prompt_cache_options ' +
    'safety_identifier verbosity web_search_options thinking reasoning function_call functions context_management ' +
    'mcp_servers container speed inference_geo model_id'
  ).split(' '),
)

/** Fields of chat clients that nobody knows: they may be the provider's own. Credentials of a deployment are not among them. */
export function unknownFields({ extra }: ChatRequest, except: readonly string[] = []): JsonObject {
  const out: JsonObject = {}
  if (extra?.dialect !== 'openai-chat') return out
  for (const [name, value] of Object.entries(extra.fields)) {
    if (!except.includes(name) && !foreignNames.has(name) && !gatewayFields.has(name) && !/^\$|^aws_/.test(name))
      out[name] = value
  }
  return out
}
