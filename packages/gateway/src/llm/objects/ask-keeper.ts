import { keptFailure, keptRequest, type Deployment, type Incoming, type KeptQuestion } from '@switchyard/core'
import { fail, isGatewayError } from '@switchyard/wire'
import type { Context } from '../../http/context.ts'
import { travelling } from '../../passthrough/headers.ts'
import { toldError } from '../../pipeline/told-error.ts'

/** Asks the provider that keeps an object. Throws what it refuses. */
export async function askKeeper(context: Context, deployment: Deployment, question: KeptQuestion): Promise<Incoming> {
  const { request, snapshot } = context
  const timeout = AbortSignal.timeout(snapshot.config.server.passThroughTimeoutMs)
  const beta = travelling(context, true)['openai-beta']
  const headers = { ...(beta === undefined ? {} : { 'openai-beta': beta }), ...question.headers }
  return toldTo(context, sendTo(context, deployment, { ...question, headers }, AbortSignal.any([request.signal, timeout])))
}

/** What was asked of a provider for a client, with errors as that may hear them. */
export async function toldTo<T>({ principal }: Context, asking: Promise<T>): Promise<T> {
  try {
    return await asking
  } catch (error) {
    throw isGatewayError(error) ? toldError(error, principal.kind === 'master') : error
  }
}

/** The same for jobs of the gateway's own, without a client. */
export async function sendTo(
  { snapshot: { engine } }: Pick<Context, 'snapshot'>,
  deployment: Deployment,
  question: KeptQuestion,
  signal: AbortSignal,
): Promise<Incoming> {
  const outgoing = await keptRequest(deployment, question, engine.env)
  const incoming = await reached(engine.transport.send(outgoing, { signal }))
  const failure = await keptFailure(incoming, deployment)
  if (failure === undefined) return incoming
  throw failure
}

async function reached(sending: Promise<Incoming>): Promise<Incoming> {
  try {
    return await sending
  } catch (cause) {
    if (isGatewayError(cause)) throw cause
    throw fail('unreachable', 'The provider that keeps this could not be reached.', { code: 'upstream_unreachable' }, { cause })
  }
}

/** The provider's object in OpenAI's shape. */
export { readKept as jsonOf } from '@switchyard/core'
