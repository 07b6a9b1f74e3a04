import { fail, isObject, kindOfStatus, objectOf, parseJson, stringOf, type GatewayError, type JsonObject } from '@switchyard/wire'
import type { Incoming, KeptKind, Outgoing, ProviderEnv } from './contracts.ts'
import type { Deployment } from './deployment.ts'
import { discard, maxReplyBytes, readAll } from './incoming.ts'
import { addKey, joinUrl } from './outgoing.ts'
import { targetOf } from './prepare.ts'
import { toldText, withoutSecrets } from './without-secrets.ts'

const decoder = new TextDecoder()

/** A question to the provider that keeps an object. */
export interface KeptQuestion extends Pick<Outgoing, 'method' | 'pieces'> {
  readonly kind: KeptKind
  /** Behind the kind's path: `/ID/content?after=x`. */
  readonly path: string
  readonly body?: Uint8Array
  readonly headers?: Readonly<Record<string, string>>
}

/** The request that asks it, signed. */
export async function keptRequest(deployment: Deployment, question: KeptQuestion, env: ProviderEnv): Promise<Outgoing> {
  const { provider, keyProblem } = deployment
  const { kind, path, method, body, pieces } = question
  const at = provider.keeps?.paths[kind]
  if (at === undefined) throw fail('bad_request', `Provider "${provider.id}" keeps no ${kind}.`)
  if (keyProblem !== undefined) throw keyProblem
  const target = targetOf(deployment, deployment.model)
  const headers: Record<string, string> = {
    ...provider.headers,
    ...deployment.headers,
    ...question.headers,
    ...provider.keeps?.headers,
    'accept-encoding': 'identity',
  }
  const asking = method === 'GET' ? provider.keeps?.ask?.(target, at + path) : undefined
  const url = asking?.url ?? provider.keeps?.url?.(target, at + path) ?? joinUrl(deployment.baseUrl, at + path)
  const outgoing: Outgoing =
    asking === undefined
      ? { url, method, headers, body, ...(pieces === undefined ? {} : { pieces }) }
      : { url, method: 'POST', headers, body: new TextEncoder().encode(JSON.stringify(asking.body)) }
  if (asking !== undefined) headers['content-type'] = 'application/json'
  addKey(headers, deployment)
  await provider.prepare?.(outgoing, target, env)
  return outgoing
}

/** Why the provider refused it; undefined when it did not. */
export async function keptFailure(incoming: Incoming, deployment: Deployment): Promise<GatewayError | undefined> {
  const { status } = incoming
  if (status >= 200 && status < 300) return undefined
  if (status < 400) {
    await discard(incoming)
    return fail('bad_gateway', `The provider answered with a redirect (${status}), which is never followed.`, {
      upstreamStatus: status,
    })
  }
  const text = withoutSecrets(decoder.decode(await readAll(incoming, maxReplyBytes)), deployment)
  const json = parseJson(text)
  const read = deployment.provider.readError?.(status, json ?? text)
  const said = stringOf(objectOf(objectOf(json)?.['error'])?.['message']) ?? stringOf(objectOf(json)?.['message'])
  const message = read?.message ?? said ?? `The provider refused this (${status}).`
  return fail(read?.kind ?? kindOfStatus(status), message, { upstreamStatus: status })
}

/** The provider's object in OpenAI's shape. */
export async function readKept(incoming: Incoming, deployment: Deployment, kind: KeptKind): Promise<JsonObject> {
  const json = parseJson(toldText(await readAll(incoming, maxReplyBytes), deployment))
  if (!isObject(json)) throw fail('bad_reply', 'The provider answered with something that is no JSON object.')
  return deployment.provider.keeps?.read?.(kind, json) ?? json
}
