import { supportedParams, type RequestType } from '@switchyard/core'
import { isGatewayError } from '@switchyard/wire'
import { deploymentOf, resolve } from './deployment.ts'
import { fromGatewayError } from './errors.ts'
import { Home } from './home.ts'
import { knownOf, type Parts } from './parts.ts'
import { readSteering, some } from './steering.ts'

export interface SupportedParamsOf {
  readonly model: string
  readonly custom_llm_provider?: string
  /** `chat_completion` when absent. */
  readonly requestType?: RequestType
}

const anyAddress = 'https://host.invalid'
/** A key, and the account's parameters where a body must hold one. */
const unused = 'unused'

/**
 * Found by preparing requests that hold each parameter. None is sent: nothing of the environment matters, and the key and a
 * customer's own address are never used. LiteLLM's get_supported_openai_params.
 */
export async function supportedParamsOf(of: SupportedParamsOf, parts: Parts): Promise<readonly string[] | undefined> {
  const { model, custom_llm_provider: name, requestType = 'chat_completion' } = of
  const catalog = await knownOf(parts)
  const asked = readSteering({ model, ...some('custom_llm_provider', name), api_key: unused })
  try {
    const { provider } = resolve(asked, catalog)
    const steering = provider.baseUrl === undefined ? { ...asked, apiBase: anyAddress } : asked
    const known = { home: new Home({ env: {} }, parts), catalog, steering, id: model, modelName: model }
    const { dialects } = parts
    try {
      return supportedParams(deploymentOf({ ...known, params: {} }), requestType, dialects)
    } catch (error) {
      if (!isGatewayError(error) || error.kind !== 'auth') throw error
      const params = Object.fromEntries(Object.keys(provider.params ?? {}).map((param) => [param, unused]))
      return supportedParams(deploymentOf({ ...known, params }), requestType, dialects)
    }
  } catch (error) {
    throw isGatewayError(error) ? fromGatewayError(error, { provider: name ?? '', model }) : error
  }
}
