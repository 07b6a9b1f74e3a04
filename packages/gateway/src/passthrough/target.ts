import type { Deployment, Provider } from '@switchyard/core'
import type { Context } from '../http/context.ts'
import { mayUseModel } from '../pipeline/access.ts'

/**
 * Whose credential goes out: of the deployment that serves this model and that the caller may use; else of one that is marked with
 * `use_in_pass_through`; else the environment's.
 */
export function passTarget({ snapshot, principal }: Context, provider: Provider, model: string | undefined): Deployment {
  const all = snapshot.models.groups.flatMap(({ deployments }) => deployments.filter((one) => one.provider === provider))
  const same = model === undefined ? [] : all.filter((one) => (provider.modelName?.(one.model) ?? one.model) === model)
  const usable = same.find((one) => mayUseModel(principal, one.modelName, snapshot))
  if (usable !== undefined) return usable
  const environment = (): Deployment => snapshot.ofProvider(provider, model ?? '')
  const marked = all.find((one) => snapshot.usedInPassThrough.has(one.id))
  if (marked === undefined) return environment()
  const { facts: _, ...rest } = marked
  const facts = model === undefined ? undefined : snapshot.factsOf(provider, model)
  return { ...rest, model: model ?? marked.model, ...(facts === undefined ? {} : { facts }) }
}
