import { readKept, type Deployment, type Incoming, type KeptKind, type KeptQuestion } from '@switchyard/core'
import { stringOf, type JsonObject } from '@switchyard/wire'
import type { Context } from '../../http/context.ts'
import { readObject } from '../../http/read-body.ts'
import { jsonResponse } from '../../http/reply.ts'
import { PassBooks, upstreamStatusOf } from '../../passthrough/books.ts'
import { replyHeaders } from '../../passthrough/headers.ts'
import { readSubpath } from '../../passthrough/subpath.ts'
import { serveOwnFile } from '../batches/own-files.ts'
import { isOwn } from '../batches/own-ids.ts'
import { ownerOf } from '../response-store.ts'
import { askKeeper } from './ask-keeper.ts'
import { onePlace, withOwnIds, withUpstreamIds } from './ids.ts'
import { forget, remember } from './remembered.ts'
import { deploymentOf, keepersFor, ownedBy, wishOf } from './owned.ts'
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
    const found = ownedBy(context, id)
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
    return answer(context, { incoming, keeper, kind, place: found, isNew: rest.length === 0 && route.method !== 'DELETE' })
  }

/** What reaches a provider stands in the ledger, whether it costs something or not. */
export async function booked(context: Context, keeper: Deployment, question: KeptQuestion): Promise<Incoming> {
  const books = await PassBooks.admit(context, {
    deployment: keeper,
    target: '',
    ask: undefined,
    costNano: 0,
    operation: 'passthrough',
  })
  try {
    const incoming = await askKeeper(context, keeper, question)
    books.answered(incoming.status)
    await books.settle('success')
    return incoming
  } catch (error) {
    const status = upstreamStatusOf(error)
    if (status !== null) books.answered(status)
    await books.settle('failure', undefined, 'bad_gateway')
    throw error
  }
}

interface Answer {
  readonly incoming: Incoming
  readonly keeper: Deployment
  readonly kind: KeptKind
  readonly place: Omit<Sealed, 'upstreamId' | 'note'>
  /** The reply is the object itself, as it is now. */
  readonly isNew: boolean
}

/** JSON gets ids of ours, and so do events; anything else passes as it comes. */
async function answer(context: Context, { incoming, keeper, kind, place, isNew }: Answer): Promise<Response> {
  const type = incoming.headers.get('content-type') ?? ''
  const isContent = (context.params['rest'] ?? '').endsWith('content')
  const headers = replyHeaders(incoming.headers, context.callId)
  if (type.includes('event-stream')) return context.gateway.makeResponse(asEventsWithOwnIds(context, incoming, place), headers)
  if (isContent || !type.includes('json')) return context.gateway.makeResponse(all(incoming), headers)
  const own = withOwnIds(context, await readKept(incoming, keeper, kind), place)
  if (isNew) await remember(context, kind, own)
  return jsonResponse(own, incoming.status)
}

async function* all({ body }: Incoming): AsyncGenerator<Uint8Array, void, void> {
  yield* body ?? []
}
