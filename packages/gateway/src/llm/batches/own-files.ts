import { fail, type JsonObject } from '@switchyard/wire'
import type { Gateway } from '../../gateway.ts'
import type { Context } from '../../http/context.ts'
import { jsonResponse } from '../../http/reply.ts'
import type { StoredFile } from '../../store/index.ts'
import type { SpooledForm } from '../objects/form-stream.ts'
import { forget, remember } from '../objects/remembered.ts'
import type { Sealed } from '../objects/sealed-id.ts'
import { ownerOf } from '../response-store.ts'
import { sealOwn } from './own-ids.ts'

/** OpenAI's object of a file that the gateway keeps. */
export const fileView = (gateway: Gateway, file: StoredFile): JsonObject => ({
  id: sealOwn(gateway, file.owner, file.id),
  object: 'file',
  bytes: file.bytes,
  created_at: Math.floor(file.createdAt / 1000),
  expires_at: Math.floor(file.expiresAt / 1000),
  filename: file.filename,
  purpose: file.purpose,
  status: 'processed',
})

/** Keeps an uploaded file here. */
export async function keepFile(context: Context, { fields, file }: SpooledForm): Promise<JsonObject> {
  const { gateway, snapshot } = context
  const { keepMs, maxTotalBytes } = snapshot.config.switchyard.kept
  const facts = {
    owner: ownerOf(context),
    filename: file.filename,
    contentType: file.contentType,
    purpose: fields.get('purpose') ?? 'user_data',
    expiresAt: Date.now() + keepMs,
  }
  const view = fileView(gateway, await gateway.shelf.keep(facts, file.spool.read(), maxTotalBytes))
  await remember(context, 'files', view)
  return view
}

export async function ownFile(gateway: Gateway, { upstreamId }: Sealed): Promise<StoredFile> {
  const file = await gateway.shelf.get(upstreamId)
  if (file !== undefined) return file
  throw fail('not_found', 'This file was deleted, or its time is over.', { param: 'id' })
}

/** GET and DELETE of a file that the gateway keeps, and GET of its content. */
export async function serveOwnFile(context: Context, found: Sealed): Promise<Response> {
  const { gateway, params, route } = context
  const file = await ownFile(gateway, found)
  const rest = params['rest'] ?? ''
  if (route.method === 'DELETE') {
    const id = params['id'] ?? ''
    await gateway.shelf.remove(file.id)
    await forget(context, 'files', id)
    return jsonResponse({ id, object: 'file', deleted: true })
  }
  if (rest === '') return jsonResponse(fileView(gateway, file))
  if (rest !== 'content') throw fail('not_found', 'A file has a content, and nothing else below it.')
  // A name from a client goes into no header, and its type is not believed by browsers (`nosniff`).
  const headers = { 'content-type': 'application/octet-stream', 'x-content-type-options': 'nosniff' }
  return gateway.makeResponse(copied(gateway.shelf.read(file.id)), headers)
}

/** What reads a file has one buffer for all of it; what is sent may wait. */
async function* copied(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
  for await (const piece of pieces) yield Uint8Array.from(piece)
}
