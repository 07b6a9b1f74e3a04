import type { Provider } from '@switchyard/core'
import { fail } from '@switchyard/wire'
import { isOwnHost } from './keys.ts'
import type { ProviderTable } from './provider-table.ts'

export interface Resolved {
  readonly provider: Provider
  /** The model's name at the provider. */
  readonly model: string
}

/** What names are resolved by: the providers that there are, and what the catalog knows of bare model names. */
export interface Known {
  readonly providers: ProviderTable
  readonly models: { providerOf(model: string, isServed?: (provider: string) => boolean): string | undefined }
}

/**
 * `provider/model` by its first part, a bare name by the catalog. A first part that is no provider may belong to the
 * model's own name (`meta-llama/…`), so the catalog is asked then too. A name that nobody knows belongs to the provider whose
 * host the call names.
 */
export function resolveModel(name: string, { providers, models }: Known, apiBase?: string): Resolved {
  const slash = name.indexOf('/')
  const provider = slash > 0 ? providers.find(name.slice(0, slash)) : undefined
  if (provider !== undefined && slash + 1 < name.length) return { provider, model: name.slice(slash + 1) }
  const id = models.providerOf(name, (one) => providers.find(one) !== undefined) ?? namedAfter(name)
  const found = (id === undefined ? undefined : providers.find(id)) ?? providerAt(providers, apiBase)
  if (found !== undefined) return { provider: found, model: name }
  throw fail('bad_request', `Unknown model "${name}": write it as provider/model, e.g. openai/gpt-4o or ollama_chat/llama3.1.`, {
    param: 'model',
  })
}

/** Whose chat it is; many servers run on this machine, and their address names none. */
function providerAt(providers: ProviderTable, apiBase: string | undefined): Provider | undefined {
  if (apiBase === undefined || !URL.canParse(apiBase) || /^(localhost|127\.0\.0\.1|\[::1\])$/.test(new URL(apiBase).hostname))
    return undefined
  return providers.all.find((provider) => provider.endpoints.chat !== undefined && isOwnHost(provider, apiBase))
}

/**
 * Names that tell whose they are, of models that have left the catalog or never were in it: OpenAI's fine-tuned ones are named
 * after their owner, Bedrock's after their maker, some after a region.
 */
const forms: readonly (readonly [form: RegExp, provider: string])[] = [
  [/^(ft:(gpt-|o\d|davinci|babbage)|dall-e-|text-moderation-|whisper-|tts-)/, 'openai'],
  [
    /^(?:[a-z]{2,6}\.)?(?:ai21|amazon|anthropic|cohere|deepseek|meta|mistral|openai|qwen|stability|writer)\.[\w.-]+:\d+$/,
    'bedrock',
  ],
]

const namedAfter = (name: string): string | undefined => forms.find(([form]) => form.test(name))?.[1]
