import { everything } from './everything.ts'
import { Lookups } from './lookups.ts'
import type { CompletionCost, CostOf, ModelInfo, ModelName } from './lookups.ts'
import type { SupportedParamsOf } from './supported-params.ts'

const lookups = /* @__PURE__ */ new Lookups(everything)

/** What is known of a model. Throws ModelNotMappedError when that is nothing. */
export const modelInfo = (of: string | ModelName): Promise<ModelInfo> => lookups.modelInfo(of)

/** Has the model this ability? `await supports('gpt-4o', 'vision')`, in the catalog's words. */
export const supports = (of: string | ModelName, ability: string): Promise<boolean> => lookups.supports(of, ability)

/** The parameters of OpenAI's API that a model takes here; undefined where its provider does not serve such requests. */
export const supportedParams = (of: SupportedParamsOf): Promise<readonly string[] | undefined> => lookups.supportedParams(of)

/** The provider and its name of a model, as a call would take it. */
export const resolveProvider = (
  of: string | { readonly model: string; readonly api_base?: string },
): Promise<{ provider: string; model: string }> => lookups.resolveProvider(of)

/** What a call cost by the catalog's prices. Throws ModelNotMappedError for a model without a price. */
export const completionCost = (of: CostOf): Promise<CompletionCost> => lookups.completionCost(of)
