import { maxReplyBytes, readAll, readKept, toldText, type Deployment, type Incoming, type KeptKind } from '@switchyard/core'
import { stringOf, type JsonObject } from '@switchyard/wire'
import type { Context } from '../../http/context.ts'
import { readObject } from '../../http/read-body.ts'
import { jsonResponse } from '../../http/reply.ts'
import { replyHeaders } from '../../passthrough/headers.ts'
import { readSubpath } from '../../passthrough/subpath.ts'
import { serveOwnFile } from '../batches/own-files.ts'
import { isOwn } from '../batches/own-ids.ts'
import { ownerOf } from '../response-store.ts'
import { booked } from './booked.ts'
import { onePlace, withOwnIds, withUpstreamIds } from './ids.ts'
import { forget, remember } from './remembered.ts'
import { deploymentOf, keepersFor, ownedBy, wishOf } from './owned.ts'
import { registeredStore } from './registered-stores.ts'
import { isSealed, refOf, type Sealed } from './sealed-id.ts'
import { asEventsWithOwnIds } from './own-events.ts'

const ours: ReadonlySet<string> = new Set(['custom_llm_provider', 'target_model_names'])
const encoder = new TextEncoder()

/** POST of a new object: where the objects are that it names, else where the request says. */
export const createKept =
  (kind: KeptKind) =>
  async (context: Context): Promise<Response> => {
    const refs = new Set<string>()
    const asked = await bodyOf(context, refs)
    const place = onePlace(refs)
    const [keeper] =
      place === undefined
        ? keepersFor(
            context,
            kind,
            wishOf(context, (name) => stringOf(asked[name])),
          )
        : [deploymentOf(context, place)]
    if (keeper === undefined) throw new Error('a new object has no keeper')
    const body = withUpstreamModel(asked, keeper)
    const incoming = await booked(context, keeper, {
      kind,
      method: 'POST',
      path: '',
      body: encoder.encode(JSON.stringify(body)),
      headers: json,
    })
    const ref = { deploymentRef: refOf(context.gateway, keeper.id), ownerRef: refOf(context.gateway, ownerOf(context)) }
    return answer(context, { incoming, keeper, kind, place: ref, isNew: true })
  }

const json = { 'content-type': 'application/json' }

async function bodyOf(context: Context, refs: Set<string>): Promise<JsonObject> {
  const said = await readObject(context.request, context.snapshot.config.switchyard)
  const kept = Object.fromEntries(Object.entries(said).filter(([name]) => !ours.has(name)))
  return withUpstreamIds(context, kept, refs)
}

function withUpstreamModel(body: JsonObject, { provider, model, modelName }: Deployment): JsonObject {
  return body['model'] === modelName ? { ...body, model: provider.modelName?.(model) ?? model } : body
}

/** Everything below one object: read, changed, deleted, its files, runs and content. */
export const forwardKept =
  (kind: KeptKind) =>
  async (context: Context): Promise<Response> => {
    const { params, route, request } = context
    const id = params['id'] ?? ''
    const registered = registeredStore(context, kind, id)
    const found = registered ?? ownedBy(context, id)
    if (isOwn(context.gateway, found)) return serveOwnFile(context, found)
    const refs = new Set([found.deploymentRef])
    const rest = (params['rest'] ?? '').split('/').filter((segment) => segment !== '')
    const segments = rest.map((segment) => (isSealed(segment) ? ownedBy(context, segment).upstreamId : segment))
    const { query } = readSubpath(request.url, '')
    const path = ['', found.upstreamId, ...segments].map(encodeURIComponent).join('/') + (query === '' ? '' : `?${query}`)
    const hasBody = route.method === 'POST' && request.body !== null
    const body = hasBody ? encoder.encode(JSON.stringify(await bodyOf(context, refs))) : undefined
    onePlace(refs)
    const keeper = deploymentOf(context, found.deploymentRef)
    const incoming = await booked(context, keeper, {
      kind,
      method: route.method,
      path,
      ...(body === undefined ? {} : { body, headers: json }),
    })
    if (route.method === 'DELETE' && rest.length === 0) await forget(context, kind, id)
    const isNew = rest.length === 0 && route.method !== 'DELETE'
    return answer(context, { incoming, keeper, kind, place: registered === undefined ? found : undefined, isNew })
  }

interface Answer {
  readonly incoming: Incoming
  readonly keeper: Deployment
  readonly kind: KeptKind
  /** Undefined: the object is nobody's, and keeps the provider's ids. */
  readonly place: Omit<Sealed, 'upstreamId' | 'note'> | undefined
  /** The reply is the object itself, as it is now. */
  readonly isNew: boolean
}

/** JSON gets ids of ours, and so do events; content passes as it comes. */
async function answer(context: Context, { incoming, keeper, kind, place, isNew }: Answer): Promise<Response> {
  const type = incoming.headers.get('content-type') ?? ''
  const isContent = (context.params['rest'] ?? '').endsWith('content')
  const headers = replyHeaders(incoming.headers, context.callId)
  if (place === undefined) return context.gateway.makeResponse(all(incoming), headers)
  if (type.includes('event-stream')) return context.gateway.makeResponse(asEventsWithOwnIds(context, incoming, place), headers)
  if (isContent) return context.gateway.makeResponse(all(incoming), headers)
  if (!type.includes('json')) {
    const text = toldText(await readAll(incoming, maxReplyBytes), keeper)
    return context.gateway.makeResponse(encoder.encode(text), headers, incoming.status)
  }
  const own = withOwnIds(context, await readKept(incoming, keeper, kind), place)
  if (isNew) await remember(context, kind, own)
  return jsonResponse(own, incoming.status)
}

async function* all({ body }: Incoming): AsyncGenerator<Uint8Array, void, void> {
  yield* body ?? []
}
