import type { Provider } from '@switchyard/core'
import { compact, fail, stringOf, type JsonObject, type OutputFormat } from '@switchyard/wire'
import { textDialect } from '../../text/dialect.ts'
import { plainService } from '../../text/service.ts'
import { generationStops, readGenerated } from '../../text/text-generation.ts'
import { plainPrompt, type Prompt, type TextModel } from '../../text/text-model.ts'

/** LoRAX writes 20 tokens where nobody says how many (native-wire facts §16, 2026-11-22); LiteLLM's callers get this many. */
const usualLimit = 4096

const lorax: TextModel = {
  name: 'lorax',
  write: (prompt) => ({ inputs: plainPrompt(prompt, ' '), parameters: parametersOf(prompt) }),
  read: readGenerated,
  stops: generationStops,
  keeps: ['seed', 'json-schema', 'json-object'],
}

/** A temperature of 0 is refused. */
const parametersOf = ({ sampling, format, unknown }: Prompt): JsonObject =>
  compact({
    ...unknown,
    details: true,
    return_full_text: false,
    max_new_tokens: sampling.maxTokens ?? usualLimit,
    temperature: sampling.temperature === 0 ? 0.01 : sampling.temperature,
    top_p: sampling.topP,
    top_k: sampling.topK,
    stop: sampling.stop,
    seed: sampling.seed,
    response_format: writeFormat(format),
  })

/** LoRAX holds an answer to a schema (docs.predibase.com, "Structured output", 2026-11-22). */
function writeFormat(format: OutputFormat | undefined): JsonObject | undefined {
  if (format === undefined || format.type === 'text') return undefined
  return { type: 'json_object', ...(format.type === 'schema' ? { schema: format.schema } : {}) }
}

export const predibase: Provider = {
  id: 'predibase',
  name: 'Predibase',
  keyEnv: ['PREDIBASE_API_KEY'],
  auth: { kind: 'bearer' },
  abilities: ['response_schema'],
  baseUrl: 'https://serving.app.predibase.com',
  baseEnv: ['PREDIBASE_API_BASE'],
  params: { tenant_id: { env: ['PREDIBASE_TENANT_ID'] } },
  endpoints: {
    chat: [
      {
        shape: 'native',
        path: '/generate',
        modelInPath: true,
        speaks: textDialect(lorax, plainService),
      },
    ],
  },
  url: ({ baseUrl, model, params }, endpoint, { stream }) => {
    const tenant = stringOf(params['tenant_id'])
    if (tenant === undefined) {
      throw fail('bad_request', 'Predibase needs a tenant: set PREDIBASE_TENANT_ID, or tenant_id in litellm_params.')
    }
    const deployment = `${encodeURIComponent(tenant)}/deployments/v2/llms/${encodeURIComponent(model)}`
    return `${baseUrl}/${deployment}${endpoint.path}${stream ? '_stream' : ''}`
  },
}
