import {
  addKey,
  discard,
  joinUrl,
  readAll,
  targetOf,
  withoutSecrets,
  type Deployment,
  type Incoming,
  type KeptKind,
  type Outgoing,
} from '@switchyard/core'
import { fail, isGatewayError, isObject, kindOfStatus, objectOf, parseJson, stringOf, type JsonObject } from '@switchyard/wire'
import type { Context } from '../../http/context.ts'
import { travelling } from '../../passthrough/headers.ts'
import { toldError } from '../../pipeline/told-error.ts'

const maxJsonBytes = 32 * 1024 * 1024
const decoder = new TextDecoder()

export interface Question extends Pick<Outgoing, 'method' | 'pieces'> {
  readonly kind: KeptKind
  /** Behind the kind's path: `/ID/content?after=x`. */
  readonly path: string
  readonly body?: Uint8Array
  readonly headers?: Readonly<Record<string, string>>
}

/** Asks the provider that keeps an object. Throws what it refuses. */
export async function askKeeper(context: Context, deployment: Deployment, question: Question): Promise<Incoming> {
  const { request, snapshot } = context
  const timeout = AbortSignal.timeout(snapshot.config.server.passThroughTimeoutMs)
  const beta = travelling(request, true)['openai-beta']
  const headers = { ...(beta === undefined ? {} : { 'openai-beta': beta }), ...question.headers }
  return sendTo(context, deployment, { ...question, headers }, AbortSignal.any([request.signal, timeout]))
}

/** The same for jobs of the gateway's own, without a client. */
export async function sendTo(
  { snapshot, isOperator }: Pick<Context, 'snapshot'> & { readonly isOperator?: boolean },
  deployment: Deployment,
  { kind, path, method, body, pieces, headers: more }: Question,
  signal: AbortSignal,
): Promise<Incoming> {
  const { provider, keyProblem } = deployment
  const at = provider.keeps?.paths[kind]
  if (at === undefined) throw fail('bad_request', `Provider "${provider.id}" keeps no ${kind}.`)
  if (keyProblem !== undefined) throw keyProblem
  const target = targetOf(deployment, deployment.model)
  const headers: Record<string, string> = {
    ...provider.headers,
    ...deployment.headers,
    ...more,
    ...provider.keeps?.headers,
    'accept-encoding': 'identity',
  }
  const url = provider.keeps?.url?.(target, at + path) ?? joinUrl(deployment.baseUrl, at + path)
  const outgoing: Outgoing = { url, method, headers, body, ...(pieces === undefined ? {} : { pieces }) }
  addKey(headers, deployment)
  await provider.prepare?.(outgoing, target, snapshot.engine.env)
  const incoming = await reached(snapshot.engine.transport.send(outgoing, { signal }))
  if (incoming.status >= 200 && incoming.status < 300) return incoming
  throw toldError(await refusal(incoming, deployment), isOperator ?? false)
}

async function reached(sending: Promise<Incoming>): Promise<Incoming> {
  try {
    return await sending
  } catch (cause) {
    if (isGatewayError(cause)) throw cause
    throw fail('unreachable', 'The provider that keeps this could not be reached.', { code: 'upstream_unreachable' }, { cause })
  }
}

async function refusal(incoming: Incoming, deployment: Deployment): Promise<Error & ReturnType<typeof fail>> {
  const { status } = incoming
  if (status < 400) {
    await discard(incoming)
    return fail('bad_gateway', `The provider answered with a redirect (${status}), which is never followed.`)
  }
  const text = withoutSecrets(decoder.decode(await readAll(incoming, maxJsonBytes)), deployment)
  const json = parseJson(text)
  const said = deployment.provider.readError?.(status, json ?? text)
  const error = objectOf(objectOf(json)?.['error'])
  const message =
    said?.message ??
    stringOf(error?.['message']) ??
    stringOf(objectOf(json)?.['message']) ??
    `The provider refused this (${status}).`
  return fail(said?.kind ?? kindOfStatus(status), message, { upstreamStatus: status })
}

/** The provider's JSON in OpenAI's shape. */
export async function jsonOf(incoming: Incoming, { provider }: Deployment, kind: KeptKind): Promise<JsonObject> {
  const json = parseJson(decoder.decode(await readAll(incoming, maxJsonBytes)))
  if (!isObject(json)) throw fail('bad_reply', 'The provider answered with something that is no JSON object.')
  return provider.keeps?.read?.(kind, json) ?? json
}
