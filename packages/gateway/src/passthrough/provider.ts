import { withoutSecrets, type Provider } from '@switchyard/core'
import type { Context } from '../http/context.ts'
import { isWebSocketRequest } from '../http1/websocket-handshake.ts'
import { mayNameFiles, refuseForeignUploads } from '../pipeline/file-references.ts'
import { PassBooks } from './books.ts'
import { jobWatch } from './jobs.ts'
import { knownCall } from './known-call.ts'
import { linksBack } from './links.ts'
import { outgoingOf } from './outgoing.ts'
import { ownCredential } from './own-credential.ts'
import { permit, refuseClosed, refuseUnmetered } from './permit.ts'
import { readCall } from './read-call.ts'
import { relay } from './relay.ts'
import { passSocket } from './socket.ts'
import { readSubpath } from './subpath.ts'
import { passTarget } from './target.ts'

/** `/PREFIX/*`: the provider's own API with our key in and the provider's out. */
export const passToProvider =
  (provider: Provider, prefix: string) =>
  async (context: Context): Promise<Response> => {
    const subpath = readSubpath(context.request.url, `/${prefix}`)
    refuseClosed(context, provider, subpath)
    if (isWebSocketRequest(context.request.headers)) return passSocket(context, { provider, prefix, subpath })
    refuseUnmetered(context, provider, subpath)
    const known = knownCall(provider, context.request.method, subpath)
    const read = known === undefined ? undefined : await readCall(context, known, new URLSearchParams(subpath.query))
    const ask = read?.ask
    permit(context, { provider, prefix, model: ask?.model })
    if (provider.uploads !== undefined && ask !== undefined && mayNameFiles(ask)) await refuseForeignUploads(context, ask)
    const own = await ownCredential(context)
    const deployment = passTarget(context, provider, ask?.model)
    const outgoing = await outgoingOf(context, { deployment, subpath, model: ask?.model, bytes: read?.bytes, own })
    const operation = ask?.operation ?? 'passthrough'
    const books = await PassBooks.admit(context, { deployment, target: outgoing.url, ask, costNano: 0, operation })
    return relay(context, {
      outgoing,
      deployment,
      books,
      call: known === undefined || ask === undefined ? undefined : { ...known, ask },
      requestBytes: read?.bytes.length ?? 0,
      timeoutMs: context.snapshot.config.server.passThroughTimeoutMs,
      links: linksBack(context, { provider, prefix, subpath, target: outgoing.url }),
      job: jobWatch(context, provider, subpath),
      isClientsCredential: Object.keys(own).length > 0,
      clean: (text) => withoutSecrets(text, deployment),
    })
  }
