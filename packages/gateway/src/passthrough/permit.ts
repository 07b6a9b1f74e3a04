import type { Provider } from '@switchyard/core'
import { fail } from '@switchyard/wire'
import type { Context } from '../http/context.ts'
import { mayUseModel } from '../pipeline/access.ts'
import { payerOf } from './books.ts'
import { ends } from './ends.ts'
import type { Subpath } from './subpath.ts'

/** Keys, bills and servers of the provider are the operator's. */
export function refuseClosed({ principal, route }: Context, { passThrough }: Provider, { plain }: Subpath): void {
  if (principal.kind === 'master' || passThrough?.open?.test(plain) !== false) return
  throw fail('forbidden', `This path of the provider is for the operator's master key: ${route.method} ${plain.slice(0, 100)}.`, {
    type: 'key_route_access_denied',
    code: '403',
  })
}

export interface Permitted {
  readonly provider: Provider
  readonly prefix: string
  /** Undefined: the request names none. */
  readonly model: string | undefined
}

/** A key that is limited to models may send what names one of them; the rest only where its `allowed_routes` name the route. */
export function permit(context: Context, { provider, prefix, model }: Permitted): void {
  const { principal, route, snapshot } = context
  if (principal.kind !== 'key' || principal.record.models.length === 0) return
  if (model === undefined) {
    const isNamed = principal.record.allowedRoutes.some((entry) => entry.startsWith(`/${prefix}/`))
    if (isNamed) return
    throw fail('forbidden', `This key is limited to models, and ${route.method} ${route.path} names none.`, {
      type: 'key_route_access_denied',
      code: '403',
    })
  }
  const groups = snapshot.models.groups.filter(({ deployments }) =>
    deployments.some((one) => one.provider === provider && (one.provider.modelName?.(one.model) ?? one.model) === model),
  )
  const names = [model, `${provider.id}/${model}`, ...groups.map(({ name }) => name)]
  if (names.some((name) => mayUseModel(principal, name, snapshot))) return
  throw fail('forbidden', `This key may not use the model "${model.slice(0, 100)}".`, {
    type: 'key_model_access_denied',
    param: 'model',
    code: '403',
  })
}

/** Who has a budget makes such jobs where their cost is reserved and read. */
export function refuseUnmetered(context: Context, { passThrough }: Provider, { plain }: Subpath): void {
  if (context.route.method !== 'POST' || payerOf(context).budgets.length === 0) return
  const found = passThrough?.unmetered?.find(({ path }) => ends(plain, path))
  if (found === undefined) return
  throw fail(
    'forbidden',
    `What this costs is known only when it is over, and this key has a budget: use ${found.instead} of this gateway instead.`,
    { type: 'key_route_access_denied', code: '403' },
  )
}
