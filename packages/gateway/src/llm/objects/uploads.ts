import { askDeployment, maxReplyBytes, readAll, targetOf, toldText, type Deployment, type Incoming } from '@switchyard/core'
import { fail, isObject, objectOf, parseJson, stringOf, type JsonObject } from '@switchyard/wire'
import type { Context } from '../../http/context.ts'
import { publicOrigin } from '../../http/public-origin.ts'
import { jsonResponse } from '../../http/reply.ts'
import { replyHeaders, travelling } from '../../passthrough/headers.ts'
import { ownerOf } from '../response-store.ts'
import { toldTo } from './ask-keeper.ts'
import { inBooks } from './booked.ts'
import { deploymentOf, keeperWhere, ownedBy } from './owned.ts'
import { allRemembered, forget, remember, remembered } from './remembered.ts'
import { refOf, seal, type Sealed } from './sealed-id.ts'

const uploadPath = '/upload/v1beta/files'
const filesPath = '/v1beta/files'
/** Google keeps them for two days (ai.google.dev/gemini-api/docs/files, read 2026-11-22). */
const keepMs = 3 * 86_400_000
const owners = 'upload-owners'
const ownerKey = (name: string): string => `upload-owner:${name}`

type Question = Parameters<ReturnType<typeof askDeployment>>[0]

/**
 * POST /upload/v1beta/files: whole, or the beginning of an upload in pieces. Those come to the URL that the answer names, which is
 * one of ours: only who began an upload goes on with it. No byte of a file stays here.
 */
export async function upload(context: Context): Promise<Response> {
  const session = context.query.get('upload_id')
  const sealed = session === null ? undefined : ownedBy(context, session)
  const keeper = sealed === undefined ? newKeeper(context) : deploymentOf(context, sealed.deploymentRef)
  const query = new URLSearchParams([...context.query].filter(([name]) => name !== 'key' && name !== 'upload_id'))
  const search = query.size === 0 ? '' : `?${query.toString()}`
  const url = sealed === undefined ? urlOf(keeper, uploadPath) + search : sessionUrl(keeper, sealed)
  const headers = travelling(context, true)
  const declared = context.request.headers.get('content-length')
  if (declared !== null) headers['content-length'] = declared
  const incoming = await asked(context, keeper, { method: 'POST', url, headers, pieces: bounded(context) })
  const own = replyHeaders(incoming.headers, context.callId)
  delete own['x-goog-upload-control-url']
  const next = incoming.headers.get('x-goog-upload-url')
  if (next !== null) own['x-goog-upload-url'] = ownSession(context, keeper, next)
  const text = toldText(await readAll(incoming, maxReplyBytes), keeper)
  const file = objectOf(objectOf(parseJson(text))?.['file'])
  if (file !== undefined) await keep(context, keeper, file)
  return context.gateway.makeResponse(new TextEncoder().encode(text), own, incoming.status)
}

/** So that it is sealed as other objects are. */
const sessionPrefix = 'upload_'

function ownSession(context: Context, keeper: Deployment, said: string): string {
  const { gateway, request, snapshot } = context
  const url = URL.parse(said)
  // Our key goes to the address that it was given for.
  if (url === null || url.origin !== URL.parse(urlOf(keeper, ''))?.origin)
    throw fail('bad_reply', 'The provider did not say where this file is to be uploaded, or named another host.')
  // Every request is signed anew, and the client reads what stands in its id.
  url.searchParams.delete('key')
  const place = { deploymentRef: refOf(gateway, keeper.id), ownerRef: refOf(gateway, ownerOf(context)), note: '' }
  const id = seal(gateway, { ...place, upstreamId: sessionPrefix + url.pathname + url.search })
  return `${publicOrigin(request, snapshot.config.switchyard)}${uploadPath}?upload_id=${id}`
}

/** The provider's URL of an upload that was begun. Other ids of ours are none, and no path leads to another host. */
function sessionUrl(keeper: Deployment, { upstreamId }: Sealed): string {
  if (!upstreamId.startsWith(`${sessionPrefix}/`))
    throw fail('not_found', 'There is no such upload that this key may see.', { param: 'upload_id' })
  return new URL(urlOf(keeper, '')).origin + upstreamId.slice(sessionPrefix.length)
}

/** The client's bytes while they come, up to the limit of a file. */
async function* bounded({ request, snapshot }: Context): AsyncGenerator<Uint8Array, void, void> {
  const { maxFileBytes } = snapshot.config.switchyard.kept
  let bytes = 0
  for await (const piece of request.body ?? []) {
    bytes += piece.length
    if (bytes > maxFileBytes) throw fail('too_large', 'The file is larger than this gateway takes.')
    yield piece
  }
}

function newKeeper(context: Context): Deployment {
  const keeper = keeperWhere(context, ({ uploads }) => uploads !== undefined)
  if (keeper !== undefined) return keeper
  throw fail('bad_request', 'No provider that takes such uploads is configured for this key.')
}

function urlOf(deployment: Deployment, path: string): string {
  const url = deployment.provider.uploads?.url(targetOf(deployment, deployment.model), path)
  if (url === undefined) throw fail('not_found', 'The provider of this file takes no such uploads any more.')
  return url
}

function asked(context: Context, keeper: Deployment, question: Question): Promise<Incoming> {
  const { request, snapshot } = context
  const timeoutMs = snapshot.config.server.passThroughTimeoutMs
  const ask = askDeployment(keeper, snapshot.engine.env, () => AbortSignal.any([request.signal, AbortSignal.timeout(timeoutMs)]))
  return inBooks(context, keeper, () => toldTo(context, ask(question)))
}

/** Clients may choose names, and a name is free again when its file is gone: every owner has notes of its own. */
const noteId = (context: Context, name: string): string => `${ownerOf(context)}/${name}`

async function keep(context: Context, keeper: Deployment, file: JsonObject): Promise<void> {
  const name = stringOf(file['name'])
  if (name === undefined) return
  const { store } = context.gateway
  await remember(
    context,
    'uploads',
    { id: noteId(context, name), deploymentRef: refOf(context.gateway, keeper.id), file },
    keepMs,
  )
  await store.responses.put({ id: ownerKey(name), keyId: owners, body: ownerOf(context), expiresAt: Date.now() + keepMs })
}

const ownerOfUpload = ({ gateway }: Context, name: string): Promise<string | undefined> =>
  gateway.store.responses.get(ownerKey(name), owners, Date.now())

const noUpload = (name: string): Error =>
  fail('not_found', `There is no file "${name.slice(0, 60)}" that this key may see.`, { param: 'name' })

/** Where the caller's upload is kept. Throws for another's; undefined: it did not come through here. */
export async function uploadOf(context: Context, name: string): Promise<{ readonly deploymentRef: string } | undefined> {
  const owner = await ownerOfUpload(context, name)
  if (owner === undefined) return undefined
  const own = owner === ownerOf(context) ? await remembered(context, 'uploads', noteId(context, name)) : undefined
  if (own !== undefined) return { deploymentRef: stringOf(own['deploymentRef']) ?? '' }
  if (context.principal.kind === 'master') return undefined
  throw noUpload(name)
}

/** GET and DELETE of one file. */
export async function serveUpload(context: Context): Promise<Response> {
  const { params, route, gateway } = context
  const name = `files/${params['id'] ?? ''}`
  const found = await uploadOf(context, name)
  if (found === undefined) throw noUpload(name)
  const keeper = deploymentOf(context, found.deploymentRef)
  const method = route.method === 'DELETE' ? 'DELETE' : 'GET'
  const url = urlOf(keeper, `${filesPath}/${encodeURIComponent(params['id'] ?? '')}`)
  const incoming = await asked(context, keeper, { method, url })
  const reply = parseJson(toldText(await readAll(incoming, maxReplyBytes), keeper))
  const file = isObject(reply) ? reply : {}
  if (method === 'GET') await keep(context, keeper, file)
  else {
    await forget(context, 'uploads', noteId(context, name))
    await gateway.store.responses.delete(ownerKey(name), owners)
  }
  return jsonResponse(file)
}

/** GET /v1beta/files: the caller's own, as they were when they were last seen. */
export async function listUploads(context: Context): Promise<Response> {
  const all = await allRemembered(context, 'uploads')
  const size = Math.min(Math.max(1, Number(context.query.get('pageSize') ?? 10) || 10), 100)
  const token = context.query.get('pageToken')
  const from = token === null ? 0 : all.findIndex(({ id }) => id === token) + 1
  const page = all.slice(from, from + size)
  const last = page.at(-1)?.['id']
  return jsonResponse({
    files: page.map(({ file }) => file),
    ...(from + size < all.length && last !== undefined ? { nextPageToken: last } : {}),
  })
}
