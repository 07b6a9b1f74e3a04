import { addKey, joinUrl, targetOf, type Ask, type Deployment, type Outgoing, type Provider } from '@switchyard/core'
import { fail, isGatewayError, type GatewayError } from '@switchyard/wire'
import type { Context } from '../http/context.ts'
import { readBody } from '../http/read-body.ts'
import { mayUseModel } from '../pipeline/access.ts'
import { PassBooks } from './books.ts'
import { travelling } from './headers.ts'
import { jobWatch } from './jobs.ts'
import { knownCall } from './known-call.ts'
import { linksBack } from './links.ts'
import { ownCredential } from './own-credential.ts'
import { readCall } from './read-call.ts'
import { relay } from './relay.ts'
import { readSubpath, type Subpath } from './subpath.ts'
import { passTarget } from './target.ts'

/** `/PREFIX/*`: the provider's own API with our key in and the provider's out. */
export const passToProvider =
  (provider: Provider, prefix: string) =>
  async (context: Context): Promise<Response> => {
    const subpath = readSubpath(context.request.url, `/${prefix}`)
    refuseClosed(context, provider, subpath)
    const known = knownCall(provider, context.request.method, subpath)
    const read = known === undefined ? undefined : await readCall(context, known, new URLSearchParams(subpath.query))
    const ask = read?.ask
    permit(context, { provider, prefix, ask })
    const own = await ownCredential(context)
    const deployment = passTarget(context, provider, ask?.model)
    const outgoing = await outgoingOf(context, { deployment, subpath, ask, bytes: read?.bytes, own })
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
    })
  }

function refuseClosed({ principal, route }: Context, { passThrough }: Provider, { plain }: Subpath): void {
  if (principal.kind === 'master' || passThrough?.open?.test(plain) !== false) return
  throw fail('forbidden', `This path of the provider is for the operator's master key: ${route.method} ${plain.slice(0, 100)}.`, {
    type: 'key_route_access_denied',
    code: '403',
  })
}

interface Permitted {
  readonly provider: Provider
  readonly prefix: string
  readonly ask: Ask | undefined
}

/** A key that is limited to models may send what names one of them; the rest only where its `allowed_routes` name the route. */
function permit(context: Context, { provider, prefix, ask }: Permitted): void {
  const { principal, route, snapshot } = context
  if (principal.kind !== 'key' || principal.record.models.length === 0) return
  if (ask === undefined) {
    const isNamed = principal.record.allowedRoutes.some((entry) => entry.startsWith(`/${prefix}/`))
    if (isNamed) return
    throw fail('forbidden', `This key is limited to models, and ${route.method} ${route.path} names none.`, {
      type: 'key_route_access_denied',
      code: '403',
    })
  }
  const { model } = ask
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

interface Passing {
  readonly deployment: Deployment
  readonly subpath: Subpath
  readonly ask: Ask | undefined
  /** The body, where it was read. */
  readonly bytes: Uint8Array | undefined
  readonly own: Readonly<Record<string, string>>
}

async function outgoingOf(context: Context, { deployment, subpath, ask, bytes, own }: Passing): Promise<Outgoing> {
  const { request, route } = context
  const { provider } = deployment
  const isOwn = Object.keys(own).length > 0
  if (deployment.keyProblem !== undefined && !isOwn) throw noCredential(context, deployment.keyProblem)
  const target = targetOf(deployment, ask?.model ?? deployment.model)
  const url = provider.passThrough?.url?.(target, subpath.raw) ?? behind(deployment.baseUrl, subpath.raw)
  const headers: Record<string, string> = {
    ...provider.headers,
    ...deployment.headers,
    ...travelling(request, true),
    'accept-encoding': 'identity',
  }
  const outgoing: Outgoing = {
    url: subpath.query === '' ? url : `${url}${url.includes('?') ? '&' : '?'}${subpath.query}`,
    method: route.method,
    headers,
    ...(await bodyOf(context, provider, bytes)),
  }
  const declared = request.headers.get('content-length')
  if (outgoing.pieces !== undefined && declared !== null) headers['content-length'] = declared
  if (isOwn) Object.assign(headers, own)
  else {
    await sign(context, outgoing, deployment)
  }
  return outgoing
}

async function sign(context: Context, outgoing: Outgoing, deployment: Deployment): Promise<void> {
  try {
    addKey(outgoing.headers, deployment)
    await deployment.provider.prepare?.(outgoing, targetOf(deployment, deployment.model), context.snapshot.engine.env)
  } catch (error) {
    throw isGatewayError(error) && error.kind === 'auth' ? noCredential(context, error) : error
  }
}

/** The client's own key is fine: a 401 would make it throw that away (decision 17). */
const noCredential = ({ principal, route }: Context, { message }: GatewayError): GatewayError =>
  fail('not_found', principal.kind === 'master' ? message : `This gateway has no credential for ${route.path.split('/')[1]}.`)

async function bodyOf(
  { request, snapshot }: Context,
  provider: Provider,
  bytes: Uint8Array | undefined,
): Promise<Pick<Outgoing, 'body' | 'pieces'>> {
  if (bytes !== undefined) return { body: bytes }
  if (request.body === null) return { body: undefined }
  if (!provider.passThrough?.signsBody) return { body: undefined, pieces: request.body }
  return { body: (await readBody(request, snapshot.config.switchyard)).bytes }
}

/** A version at the base's end gives way to one that the path begins with. */
const behind = (base: string, path: string): string =>
  joinUrl(/^\/v\d\w*(?:\/|$)/.test(path) ? base.replace(/\/v\d\w*\/*$/, '') : base, path)
