import type { Deployment, KeptKind } from '@switchyard/core'
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
  const all = snapshot.models.groups.flatMap(({ deployments }) => deployments)
  const configured = all.find(({ id }) => refOf(gateway, id) === ref)
  if (configured !== undefined) return configured
  const provider = providers.find(({ id, keeps }) => keeps !== undefined && refOf(gateway, id) === ref)
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
export function keepersFor(context: Context, kind: KeptKind, { models, provider }: Wish): readonly Deployment[] {
  if (models.length > 0) return models.map((name) => keeperOfModel(context, kind, name))
  const { snapshot, principal } = context
  const wanted = provider === undefined ? undefined : findProvider(provider)
  if (provider !== undefined && wanted === undefined) throw noKeeper(kind, provider)
  const fits = (one: Deployment): boolean =>
    one.provider.keeps?.paths[kind] !== undefined && (wanted === undefined || one.provider === wanted)
  const configured = snapshot.models.groups
    .filter(({ name }) => mayUseModel(principal, name, snapshot))
    .flatMap(({ deployments }) => deployments)
    .find(fits)
  if (configured !== undefined) return [configured]
  const isFree = principal.kind !== 'key' || principal.record.models.length === 0
  const own = isFree ? providers.filter((one) => wanted === undefined || one === wanted) : []
  for (const one of own) {
    if (one.keeps?.paths[kind] === undefined || (one.baseUrl === undefined && wanted === undefined)) continue
    const deployment = snapshot.ofProvider(one, '')
    if (deployment.keyProblem === undefined) return [deployment]
  }
  throw noKeeper(kind, provider ?? 'any provider that is configured')
}

function keeperOfModel(context: Context, kind: KeptKind, name: string): Deployment {
  const { snapshot, principal } = context
  const model = aliased(principal, name)
  requireModel(principal, model, snapshot)
  const keeper = snapshot.models.find(model)?.deployments.find((one) => one.provider.keeps?.paths[kind] !== undefined)
  if (keeper === undefined) throw noKeeper(kind, `the model "${name.slice(0, 100)}"`)
  return keeper
}

const noKeeper = (kind: KeptKind, what: string): Error =>
  fail(
    'bad_request',
    `${kind} are not kept by ${what.slice(0, 120)}. Name a model with x-litellm-model, or custom_llm_provider.`,
    {
      param: 'model',
    },
  )
