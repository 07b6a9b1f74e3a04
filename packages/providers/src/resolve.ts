import type { Provider } from '@switchyard/core'
import { fail } from '@switchyard/wire'
import { isOwnHost } from './keys.ts'
import { findProvider, providers } from './registry.ts'

export interface Resolved {
  readonly provider: Provider
  /** The model's name at the provider. */
  readonly model: string
}

/** What the catalog knows of bare model names. */
export interface KnownModels {
  readonly providerOf: (model: string) => string | undefined
}

/**
 * `provider/model` by its first part, a bare name by the catalog. A first part that is no provider may belong to the
 * model's own name (`meta-llama/…`), so the catalog is asked then too. A name that nobody knows belongs to the provider whose
 * host the call names.
 */
export function resolveModel(name: string, known: KnownModels, apiBase?: string): Resolved {
  const slash = name.indexOf('/')
  const provider = slash > 0 ? findProvider(name.slice(0, slash)) : undefined
  if (provider !== undefined && slash + 1 < name.length) return { provider, model: name.slice(slash + 1) }
  const id = known.providerOf(name) ?? (isOpenAi(name) ? 'openai' : undefined)
  const found = (id === undefined ? undefined : findProvider(id)) ?? providerAt(apiBase)
  if (found !== undefined) return { provider: found, model: name }
  throw fail('bad_request', `Unknown model "${name}": write it as provider/model, e.g. openai/gpt-4o or ollama_chat/llama3.1.`, {
    param: 'model',
  })
}

/** Whose chat it is; many servers run on this machine, and their address names none. */
function providerAt(apiBase: string | undefined): Provider | undefined {
  if (apiBase === undefined || !URL.canParse(apiBase) || /^(localhost|127\.0\.0\.1|\[::1\])$/.test(new URL(apiBase).hostname))
    return undefined
  return providers.find((provider) => provider.endpoints.chat !== undefined && isOwnHost(provider, apiBase))
}

/** OpenAI's fine-tuned models are named after their owner, and older ones have left the catalog. */
const isOpenAi = (name: string): boolean => /^(ft:(gpt-|o\d|davinci|babbage)|dall-e-|text-moderation-|whisper-|tts-)/.test(name)
