import { RequestBody, runCall, type Deployment } from '@switchyard/core'
import { isGatewayError, type JsonObject } from '@switchyard/wire'
import type { Context } from '../http/context.ts'
import { jsonResponse, securityHeaders } from '../http/reply.ts'
import { admit } from '../pipeline/admit.ts'
import { makeAsk } from '../pipeline/read-ask.ts'
import { uuidv7 } from '../uuid.ts'

export const liveness = (): Response =>
  new Response('"I\'m alive!"', { headers: { ...securityHeaders, 'content-type': 'application/json' } })

/** 503 while the gateway drains, or when it could not write down what it sells. */
export function readiness({ gateway }: Context): Response {
  const ledger = gateway.money.healthy
  const ready = ledger && !gateway.draining
  const status = ready ? 'healthy' : gateway.draining ? 'draining' : 'ledger_unavailable'
  return jsonResponse({ status, db: ledger ? 'connected' : 'disconnected' }, ready ? 200 : 503)
}

const probeTimeoutMs = 60_000
const parallelProbes = 4

/** LiteLLM's GET /health: one small paid call to each deployment, `?model=` to narrow it. */
export async function health(context: Context): Promise<Response> {
  const { snapshot, query } = context
  const only = query.get('model')
  const deployments = snapshot.models.groups
    .filter(({ name }) => (only === null || name === only) && !snapshot.searchTools.has(name))
    .flatMap((group) => group.deployments)
    .filter((deployment) => !deployment.model.includes('*'))
  const results: JsonObject[] = []
  const queue = [...deployments]
  const work = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) results.push(await probe(context, next))
  }
  await Promise.all(Array.from({ length: parallelProbes }, work))
  const unhealthy = results.filter((result) => 'error' in result)
  const healthy = results.filter((result) => !('error' in result))
  return jsonResponse({
    healthy_endpoints: healthy,
    unhealthy_endpoints: unhealthy,
    healthy_count: healthy.length,
    unhealthy_count: unhealthy.length,
  })
}

async function probe(context: Context, deployment: Deployment): Promise<JsonObject> {
  const about = {
    model: deployment.model,
    model_name: deployment.modelName,
    model_id: deployment.id,
    api_base: deployment.baseUrl,
  }
  const isEmbedding = deployment.facts?.mode === 'embedding'
  const body = isEmbedding
    ? { model: deployment.modelName, input: 'test from switchyard' }
    : { model: deployment.modelName, messages: [{ role: 'user', content: 'test from switchyard' }], max_tokens: 16 }
  const ask = makeAsk(
    RequestBody.ofJson(body),
    { operation: isEmbedding ? 'embedding' : 'chat', shape: isEmbedding ? 'openai-embeddings' : 'openai-chat', path: {} },
    { dropParams: true, strict: false },
  )
  const { engine } = context.snapshot
  const alone = { ...engine, models: { find: () => ({ name: deployment.modelName, deployments: [deployment] }) } }
  const id = uuidv7()
  try {
    const host = await admit({ ...context, callId: id }, ask)
    try {
      const signal = AbortSignal.any([context.request.signal, AbortSignal.timeout(probeTimeoutMs)])
      await runCall({ id, ask, signal, forwarded: {}, retries: 0, fallbacks: [] }, alone, host)
    } finally {
      host.release()
    }
    return about
  } catch (error) {
    return { ...about, error: isGatewayError(error) ? error.message : 'the probe failed' }
  }
}
