import { addKey, joinUrl, targetOf, type Deployment, type Outgoing, type Provider } from '@switchyard/core'
import { fail, isGatewayError, type GatewayError } from '@switchyard/wire'
import type { Context } from '../http/context.ts'
import { readBody } from '../http/read-body.ts'
import { travelling } from './headers.ts'
import type { Subpath } from './subpath.ts'

export interface Passing {
  readonly deployment: Deployment
  readonly subpath: Subpath
  /** Undefined: the request names none. */
  readonly model: string | undefined
  /** The body, where it was read. */
  readonly bytes: Uint8Array | undefined
  readonly own: Readonly<Record<string, string>>
}

/** The request as it goes to the provider, with the operator's credential or the client's own. */
export async function outgoingOf(context: Context, { deployment, subpath, model, bytes, own }: Passing): Promise<Outgoing> {
  const { request, route } = context
  const { provider } = deployment
  const isOwn = Object.keys(own).length > 0
  if (deployment.keyProblem !== undefined && !isOwn) throw noCredential(context, deployment.keyProblem)
  const target = targetOf(deployment, model ?? deployment.model)
  const url = provider.passThrough?.url?.(target, subpath.raw) ?? behind(deployment.baseUrl, subpath.raw)
  const headers: Record<string, string> = {
    ...provider.headers,
    ...deployment.headers,
    ...travelling(context, true),
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
