import type { Ask, Deployment } from '@switchyard/core'
import { fail } from '@switchyard/wire'
import type { Context } from '../http/context.ts'
import { aliased, mayUseModel, requireModel } from '../pipeline/access.ts'
import { readAsk } from '../pipeline/read-ask.ts'
import { dispatch, respond } from '../pipeline/serve-call.ts'
import { continued } from './responses.ts'

/**
 * POST /v1/responses/compact: a conversation made short by the provider, in items that nobody but it can read. So it is for
 * models whose provider has that.
 */
export async function compactResponse(context: Context): Promise<Response> {
  const read = await readAsk(context, { operation: 'compaction', shape: 'openai-responses', path: { stream: false } })
  const ask = await continued(context, withCompactor(context, read))
  return respond(context, await dispatch(context, ask))
}

/** Of a group with several providers the one that compacts is asked first. */
function withCompactor({ snapshot, principal }: Context, ask: Ask): Ask {
  const model = aliased(principal, ask.model)
  requireModel(principal, model, snapshot)
  const group = snapshot.engine.models.find(model)
  const found = group?.deployments.find(compacts)
  if (found !== undefined) return { ...ask, prefers: found.id }
  if (group === undefined) return ask
  const able = snapshot.models.groups
    .filter(({ name, deployments }) => deployments.some(compacts) && mayUseModel(principal, name, snapshot))
    .map(({ name }) => name)
  const hint = able.length === 0 ? 'No model that this key may use can.' : `These can: ${able.slice(0, 20).join(', ')}.`
  throw fail('bad_request', `The provider of "${model}" does not compact conversations. ${hint}`, { param: 'model' })
}

const compacts = ({ provider }: Deployment): boolean => provider.endpoints.compaction !== undefined
