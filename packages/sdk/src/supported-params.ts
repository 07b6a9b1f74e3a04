import { loadCatalog, supportedParams as paramsOf, type RequestType } from '@switchyard/core'
import { isGatewayError } from '@switchyard/wire'
import type { ModelName } from './catalog.ts'
import { deploymentOf, resolve } from './deployment.ts'
import { fromGatewayError } from './errors.ts'
import { Home } from './home.ts'
import { readSteering, some } from './steering.ts'

export interface SupportedParamsOf extends ModelName {
  /** `chat_completion` when absent. */
  readonly requestType?: RequestType
}

/** No request is sent: nothing of the environment matters, and the key and a customer's own address are never used. */
const nowhere = new Home({ env: {} })
const anyAddress = 'https://host.invalid'
/** A key, and the account's parameters where a body must hold one. */
const unused = 'unused'

/**
 * The parameters of OpenAI's API that a model takes here, found by preparing requests that hold them. Undefined: the provider
 * does not serve such requests. LiteLLM's get_supported_openai_params.
 */
export async function supportedParams(of: SupportedParamsOf): Promise<readonly string[] | undefined> {
  const { model, custom_llm_provider: name, requestType = 'chat_completion' } = of
  const catalog = await loadCatalog()
  const asked = readSteering({ model, ...some('custom_llm_provider', name), api_key: unused })
  try {
    const { provider } = resolve(asked, catalog)
    const steering = provider.baseUrl === undefined ? { ...asked, apiBase: anyAddress } : asked
    const known = { home: nowhere, catalog, steering, id: model, modelName: model }
    try {
      return paramsOf(deploymentOf({ ...known, params: {} }), requestType)
    } catch (error) {
      if (!isGatewayError(error) || error.kind !== 'auth') throw error
      const params = Object.fromEntries(Object.keys(provider.params ?? {}).map((param) => [param, unused]))
      return paramsOf(deploymentOf({ ...known, params }), requestType)
    }
  } catch (error) {
    throw isGatewayError(error) ? fromGatewayError(error, { provider: name ?? '', model }) : error
  }
}
