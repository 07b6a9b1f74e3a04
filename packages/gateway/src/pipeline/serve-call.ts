import {
  runCall,
  unknownModel,
  type Ask,
  type Call,
  type CallHost,
  type CallResult,
  type Operation,
  type Shape,
} from '@switchyard/core'
import { formatLosses, type RequestPath } from '@switchyard/wire'
import type { Context } from '../http/context.ts'
import { mayUseModel } from './access.ts'
import { admit } from './admit.ts'
import { callOptions } from './call-options.ts'
import { dialectHeaders } from './dialect-headers.ts'
import { mayNameFiles, withFiles } from './file-references.ts'
import { once } from './idempotency/once.ts'
import { idempotencyKey } from './idempotency/read-key.ts'
import { keyStages } from './key-stages.ts'
import { withProviderFallbacks } from './provider-fallbacks.ts'
import { readAsk } from './read-ask.ts'
import { callHeaders, replayHeaders } from './response-headers.ts'

/** The handler of an LLM route: the whole way from bytes to bytes. */
export const serveCall =
  (operation: Operation, shape: Shape, pathOf: (context: Context) => RequestPath = () => ({})) =>
  async (context: Context): Promise<Response> => {
    const ask = await readAsk(context, { operation, shape, path: pathOf(context) })
    return answer(context, ask)
  }

/** What else is done with a call while it runs. */
export interface CallHooks extends Pick<Call, 'also' | 'keep'> {
  readonly watch?: (host: CallHost) => CallHost
}

/** The response to what a client asks: that of the call, which `run` makes, or under an Idempotency-Key that of the first one. */
export async function answer(
  context: Context,
  ask: Ask,
  run: (hooks: CallHooks) => Promise<CallResult> = (hooks) => dispatch(context, ask, hooks),
): Promise<Response> {
  const key = idempotencyKey(context.request.headers)
  if (key === undefined) return respond(context, await run({}), ask.path.asArray)
  const found = await once(context, { key, ask }, (watch) => run({ watch }))
  if (found.kind === 'run') return respond(context, found.result, ask.path.asArray)
  return context.gateway.makeResponse(found.answer.body, replayHeaders(found.callId, found.answer))
}

/** Checks access, reserves, and runs the call. */
export async function dispatch(context: Context, asked: Ask, { watch, ...readers }: CallHooks = {}): Promise<CallResult> {
  const { snapshot, principal, request, callId } = context
  const mayUse = (model: string): boolean => mayUseModel(principal, model, snapshot)
  let allowed = asked
  for (const stage of keyStages(principal)) allowed = stage.apply(allowed, snapshot)
  const named = withProviderFallbacks(allowed, request.headers, mayUse)
  if (snapshot.engine.models.find(named.model) === undefined) throw unknownModel(named.model)
  const ask = mayNameFiles(named) ? await withFiles(context, named) : named
  const options = callOptions(request.headers, ask.body, ask.travels)
  const fallbacks = options.fallbacks.filter(mayUse)
  const host = await admit(context, ask, fallbacks)
  const call: Call = {
    id: callId,
    ask,
    signal: request.leaving ?? request.signal,
    forwarded: {},
    dialectHeaders: dialectHeaders(request.headers, ask.shape),
    ...options,
    fetchMedia: snapshot.fetchMedia,
    fallbacks,
    ...readers,
  }
  try {
    return await runCall(call, snapshot.engine, watch?.(host) ?? host)
  } finally {
    host.release()
  }
}

/** The client's response: the reply's bytes with the gateway's headers. */
export function respond(context: Context, result: CallResult, asArray = false): Response {
  if (context.gateway.log.isDebug) logCall(context, result)
  const headers = callHeaders(context, result)
  const isEvents = result.isStream && !asArray
  headers['content-type'] = result.contentType ?? (isEvents ? 'text/event-stream; charset=utf-8' : 'application/json')
  if (result.isStream) headers['cache-control'] = 'no-cache'
  return context.gateway.makeResponse(result.body, headers)
}

/** `--detailed-debug`: how the call went, without a word of it. */
function logCall({ gateway, callId, route }: Context, result: CallResult): void {
  const { deployment, group, mode, attempts, fallbacks, losses, leftOut, usage, costNano, isStream } = result
  const { id, provider, model } = deployment
  const way = { mode, attempts, fallbacks, losses: formatLosses(losses), leftOut, isStream }
  gateway.log.debug('call', {
    callId,
    route: route.path,
    group,
    deployment: id,
    provider: provider.id,
    model,
    ...way,
    usage,
    costNano,
  })
}
