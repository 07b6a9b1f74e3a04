import {
  outgoingOf,
  prepare,
  readAll,
  readFailure,
  RequestBody,
  targetOf,
  type Deployment,
  type Engine,
  type Incoming,
  type Outgoing,
  type TransportOptions,
} from '@switchyard/core'
import { fail } from '@switchyard/wire'
import type { Context } from '../http/context.ts'
import { bodyInit } from '../http/body-init.ts'
import { securityHeaders } from '../http/reply.ts'
import { makeAsk } from '../pipeline/read-ask.ts'
import { toldError } from '../pipeline/told-error.ts'

const maxBytes = 32 * 1024 * 1024

/** Asks the provider for a response that it keeps. Costs nothing, so nothing is reserved. */
export async function forwardStored(
  context: Context,
  deployment: Deployment,
  method: 'GET' | 'DELETE' | 'POST',
  suffix: string,
): Promise<Response> {
  const { engine } = context.snapshot
  const body = RequestBody.ofJson({ model: deployment.model, input: '' })
  const ask = makeAsk(body, { operation: 'chat', shape: 'openai-responses', path: {} }, { dropParams: true, strict: false })
  const prepared = prepare(ask, deployment, undefined)
  const made = outgoingOf(ask, deployment, prepared, {})
  const url = new URL(made.url)
  url.pathname += `/${encodeURIComponent(context.params['id'] ?? '')}${suffix}`
  const outgoing: Outgoing = { ...made, url: url.href, method, body: undefined }
  await deployment.provider.prepare?.(outgoing, targetOf(deployment, deployment.model), engine.env)
  const incoming = await reach(engine, outgoing, {
    signal: AbortSignal.any([context.request.signal, AbortSignal.timeout(60_000)]),
  })
  if (incoming.status < 200 || incoming.status >= 300) {
    throw toldError(await readFailure(incoming, deployment, prepared), context.principal.kind === 'master')
  }
  const bytes = await readAll(incoming, maxBytes)
  return new Response(bodyInit(bytes), {
    status: incoming.status,
    headers: { ...securityHeaders, 'content-type': 'application/json' },
  })
}

async function reach(engine: Engine, outgoing: Outgoing, options: TransportOptions): Promise<Incoming> {
  try {
    return await engine.transport.send(outgoing, options)
  } catch (cause) {
    throw fail(
      'unreachable',
      'The provider that keeps this response could not be reached.',
      { code: 'upstream_unreachable' },
      { cause },
    )
  }
}
