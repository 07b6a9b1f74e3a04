import {
  measuredOf,
  outgoingOf,
  prepare,
  RequestBody,
  unknownModel,
  type Ask,
  type Deployment,
  type MeasuredOperation,
  type Operation,
  type Outgoing,
  type Shape,
} from '@switchyard/core'
import { fail, objectOf, parseJson, Secret, stringOf } from '@switchyard/wire'
import type { Context } from '../http/context.ts'
import { readObject } from '../http/read-body.ts'
import { jsonResponse } from '../http/reply.ts'
import { keyStages } from '../pipeline/key-stages.ts'
import { askFrom } from '../pipeline/read-ask.ts'

type CallType = readonly [operation: Operation, shape: Shape]

const measured = (operation: MeasuredOperation): CallType => [operation, measuredOf(operation).shape]

/** LiteLLM's names of calls with a JSON body (2026-11-22); each also stands with an `a` before it. */
const callTypes: ReadonlyMap<string, CallType> = new Map([
  ['completion', ['chat', 'openai-chat']],
  ['text_completion', ['completion', 'openai-completions']],
  ['embedding', ['embedding', 'openai-embeddings']],
  ['responses', ['chat', 'openai-responses']],
  ['anthropic_messages', ['chat', 'anthropic-messages']],
  ['image_generation', measured('image_generation')],
  ['speech', measured('speech')],
  ['moderation', measured('moderation')],
  ['rerank', measured('rerank')],
  ['search', measured('search')],
] satisfies readonly (readonly [string, CallType])[])

/**
 * POST /utils/transform_request, `{call_type, request_body}`: what the first deployment of the model would be sent. It is written
 * by the functions that serve a call, for a deployment without its secrets; nothing is signed and nothing is sent.
 */
export async function transformRequest(context: Context): Promise<Response> {
  const { request, snapshot, principal } = context
  const body = await readObject(request, snapshot.config.switchyard)
  const [operation, shape] = callTypeOf(body['call_type'])
  const asked = objectOf(body['request_body'])
  if (asked === undefined)
    throw fail('bad_request', '"request_body" must be the JSON object of a call.', { param: 'request_body' })
  let ask = askFrom(context, RequestBody.ofJson(asked), { operation, shape, path: {} })
  for (const stage of keyStages(principal)) ask = stage.apply(ask, snapshot)
  const [deployment] = snapshot.engine.models.find(ask.model)?.deployments ?? []
  if (deployment === undefined) throw unknownModel(ask.model)
  const outgoing = unsigned(ask, withoutCredentials(deployment))
  return jsonResponse({
    raw_request_api_base: shownUrl(outgoing.url),
    raw_request_body: shownBody(outgoing),
    raw_request_headers: outgoing.headers,
  })
}

function callTypeOf(name: unknown): CallType {
  const asked = stringOf(name) ?? ''
  const found = callTypes.get(asked) ?? callTypes.get(asked.replace(/^a/, ''))
  if (found !== undefined) return found
  throw fail('bad_request', `"call_type" must be one of: ${[...callTypes.keys()].join(', ')}.`, { param: 'call_type' })
}

const unsigned = (ask: Ask, deployment: Deployment): Outgoing =>
  outgoingOf(ask, deployment, prepare(ask, deployment, undefined), {})

const hidden = '[hidden]'

/**
 * What is not there cannot be shown. To look for secrets in what was written would tell a caller, who chooses the text, which
 * pieces of them he has guessed.
 */
function withoutCredentials(deployment: Deployment): Deployment {
  const params = Object.entries(deployment.params).map(([name, value]) => [
    name,
    value instanceof Secret ? new Secret(hidden) : value,
  ])
  const headers = Object.keys(deployment.headers).map((name) => [name, hidden])
  return {
    ...deployment,
    key: deployment.key === undefined ? undefined : new Secret(hidden),
    params: Object.fromEntries(params),
    headers: Object.fromEntries(headers),
  }
}

/** An operator's base URL may hold a password, or a key in its query. */
function shownUrl(href: string): string {
  const url = new URL(href)
  url.username = ''
  url.password = ''
  for (const name of url.searchParams.keys()) if (/key|token|secret|sig/i.test(name)) url.searchParams.set(name, hidden)
  return url.href
}

const decoder = new TextDecoder()

function shownBody({ body }: Outgoing): unknown {
  const text = body === undefined ? '' : typeof body === 'string' ? body : decoder.decode(body)
  return parseJson(text) ?? text
}
