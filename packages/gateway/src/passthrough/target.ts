import type { Deployment, Provider } from '@switchyard/core'
import { fail } from '@switchyard/wire'
import type { Context } from '../http/context.ts'
import { mayUseModel } from '../pipeline/access.ts'

const notNamed = ({ id, baseEnv }: Provider): Error =>
  fail('not_found', `This gateway has no address for ${id}: its operator can name one in ${baseEnv.join(' or ')}.`)

/**
 * Whose credential goes out: of the deployment that serves this model and that the caller may use; else of one that is marked with
 * `use_in_pass_through`; else the environment's.
 */
export function passTarget({ snapshot, principal }: Context, provider: Provider, model: string | undefined): Deployment {
  const all = snapshot.models.groups.flatMap(({ deployments }) => deployments.filter((one) => one.provider === provider))
  const same = model === undefined ? [] : all.filter((one) => (provider.modelName?.(one.model) ?? one.model) === model)
  const usable = same.find((one) => mayUseModel(principal, one.modelName, snapshot))
  if (usable !== undefined) return usable
  const environment = (): Deployment => {
    const made = snapshot.ofProvider(provider, model ?? '')
    // A server of the operator's own that asks for no key is reached when the operator has named it, not because it may be there.
    if (provider.keyless && made.baseUrl === provider.baseUrl && made.key === undefined) throw notNamed(provider)
    return made
  }
  const marked = all.find((one) => snapshot.usedInPassThrough.has(one.id))
  if (marked === undefined) return environment()
  const { facts: _, ...rest } = marked
  const facts = model === undefined ? undefined : snapshot.factsOf(provider, model)
  return { ...rest, model: model ?? marked.model, ...(facts === undefined ? {} : { facts }) }
}
