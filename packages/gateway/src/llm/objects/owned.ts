import { unknownModel, type Deployment, type KeptKind, type Provider } from '@switchyard/core'
import { findProvider, providers } from '@switchyard/providers'
import { fail } from '@switchyard/wire'
import type { Context } from '../../http/context.ts'
import { aliased, mayUseModel, requireModel } from '../../pipeline/access.ts'
import { ownerOf } from '../response-store.ts'
import { refOf, unseal, type Sealed } from './sealed-id.ts'

/** The object that an id of ours names, where the caller may see it. */
export function ownedBy(context: Context, id: string): Sealed {
  const found = unseal(context.gateway, id)
  const isOwner = found !== undefined && found.ownerRef === refOf(context.gateway, ownerOf(context))
  if (found !== undefined && (isOwner || context.principal.kind === 'master')) return found
  throw fail('not_found', `There is no object "${id.slice(0, 60)}" that this key may see.`, { param: 'id' })
}

/** Where an object is kept. */
export function deploymentOf({ snapshot, gateway }: Pick<Context, 'snapshot' | 'gateway'>, ref: string): Deployment {
  const all = [...snapshot.models.groups.flatMap(({ deployments }) => deployments), ...snapshot.vectorStores.values()]
  const configured = all.find(({ id }) => refOf(gateway, id) === ref)
  if (configured !== undefined) return configured
  const provider = providers.find(({ id, keeps, uploads }) => (keeps ?? uploads) !== undefined && refOf(gateway, id) === ref)
  if (provider !== undefined) return snapshot.ofProvider(provider, '')
  throw fail('not_found', 'The deployment that keeps this object is no longer configured.', { param: 'id' })
}

/** What a request says of where it should go. */
export interface Wish {
  readonly models: readonly string[]
  readonly provider: string | undefined
}

export const wishOf = ({ request: { headers }, query, params }: Context, said: (name: string) => string | undefined): Wish => ({
  models: (
    headers.get('x-litellm-model') ??
    said('target_model_names') ??
    query.get('target_model_names') ??
    said('model') ??
    query.get('model') ??
    ''
  )
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== ''),
  provider:
    params['provider'] ??
    said('custom_llm_provider') ??
    query.get('custom_llm_provider') ??
    headers.get('custom-llm-provider') ??
    undefined,
})

/** The deployments that shall keep a new object: one for each model named, else one of the provider, else the first that can. */
export function keepersFor(context: Context, kind: KeptKind, wish: Wish): readonly Deployment[] {
  return findKeepers(context, [kind], wish).map((keeper, index) => {
    if (keeper !== undefined) return keeper
    const model = wish.models[index]
    throw noKeeper(kind, model === undefined ? (wish.provider ?? 'any provider that is configured') : `the model "${model}"`)
  })
}

/** The same, where the provider has to keep all these kinds; undefined: it does not. */
export function findKeepers(
  context: Context,
  kinds: readonly KeptKind[],
  { models, provider }: Wish,
): readonly (Deployment | undefined)[] {
  if (models.length > 0) return models.map((name) => keeperOfModel(context, kinds, name))
  const wanted = provider === undefined ? undefined : findProvider(provider)
  if (provider !== undefined && wanted === undefined) return [undefined]
  return [keeperWhere(context, (one) => keepsAll(one, kinds) && (wanted === undefined || one === wanted), wanted !== undefined)]
}

/** The first deployment that the caller may use of a provider that fits; else one with the environment's credential. */
export function keeperWhere(
  { snapshot, principal }: Context,
  fits: (provider: Provider) => boolean,
  isNamed = false,
): Deployment | undefined {
  const configured = snapshot.models.groups
    .filter(({ name }) => mayUseModel(principal, name, snapshot))
    .flatMap(({ deployments }) => deployments)
    .find(({ provider }) => fits(provider))
  if (configured !== undefined) return configured
  const isFree = principal.kind !== 'key' || principal.record.models.length === 0
  for (const one of isFree ? providers.filter(fits) : []) {
    if (one.baseUrl === undefined && !isNamed) continue
    const deployment = snapshot.ofProvider(one, '')
    if (deployment.keyProblem === undefined) return deployment
  }
  return undefined
}

const keepsAll = ({ keeps }: Provider, kinds: readonly KeptKind[]): boolean =>
  kinds.every((kind) => keeps?.paths[kind] !== undefined)

function keeperOfModel(context: Context, kinds: readonly KeptKind[], name: string): Deployment | undefined {
  const { snapshot, principal } = context
  const model = aliased(principal, name)
  requireModel(principal, model, snapshot)
  const group = snapshot.models.find(model)
  if (group === undefined) throw unknownModel(model)
  return group.deployments.find((one) => keepsAll(one.provider, kinds))
}

const noKeeper = (kind: KeptKind, what: string): Error =>
  fail(
    'bad_request',
    `${kind} are not kept by ${what.slice(0, 120)}. Name a model with x-litellm-model, or custom_llm_provider.`,
    {
      param: 'model',
    },
  )
