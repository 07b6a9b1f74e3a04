import type { Provider } from '@switchyard/core'
import { objectOf, type JsonObject } from '@switchyard/wire'
import { row } from '../row.ts'
import { joinUrl } from '../url.ts'
import { schemaByTool } from '../schema-by-tool.ts'
import { usualTune, without } from '../tuning.ts'

/** A stream's usage stands under `x_groq` when it was not asked for. The usual tier has a name that OpenAI's clients do not know. */
function mend(reply: JsonObject): JsonObject {
  const usage = objectOf(objectOf(reply['x_groq'])?.['usage'])
  return {
    ...reply,
    ...(usage === undefined || reply['usage'] ? {} : { usage }),
    ...(reply['service_tier'] === 'on_demand' ? { service_tier: 'auto' } : {}),
  }
}

/** Models that do not reason, whatever the catalog knows of them (console.groq.com/docs/reasoning, read 2026-11-22). */
const llama = /^(meta-llama\/)?llama-/

export const groq: Provider = {
  ...row('groq', 'Groq', 'https://api.groq.com/openai/v1', {
    oldMaxTokens: true,
    refuses: 'thinking',
    serves: ['transcription', 'translation', 'speech'],
  }),
  // A few of its models take a schema, the catalog says which (console.groq.com/docs/structured-outputs, 2026-11-22).
  endpointFor: (operation, _client, traits, asked) =>
    traits.supports.has('response_schema') ? undefined : schemaByTool(operation, traits, asked),
  tune: (target, call) => [
    ...usualTune(target, call),
    ...(llama.test(target.model) ? without(target, call, ['reasoning_effort']) : []),
    // Only its models that search take a wish for it (LiteLLM 1.106.2, 2026-11-22).
    ...(target.traits.supports.has('web_search') ? [] : without(target, call, ['web_search_options'])),
  ],
  mend,
  /** Its own clients write the whole path behind the host. */
  passThrough: {
    url: ({ baseUrl }, path) =>
      path.startsWith('/openai/')
        ? baseUrl.replace(/\/openai\/v1\/*$/, '') + path
        : joinUrl(baseUrl, path.replace(/^\/v1(?=\/)/, '')),
  },
}
