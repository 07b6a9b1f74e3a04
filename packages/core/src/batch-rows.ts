import { fail, isObject, parseJson, type JsonObject, type Usage } from '@switchyard/wire'
import type { Ask } from './ask.ts'
import type { BatchAsk } from './batch-api.ts'
import type { Incoming, Outgoing, ProviderEnv } from './contracts.ts'
import type { Deployment } from './deployment.ts'
import { keptFailure } from './kept.ts'
import { addKey } from './outgoing.ts'
import { prepare, targetOf, type Prepared } from './prepare.ts'
import { echoFor, printerOf } from './printer.ts'
import { readWhole } from './whole.ts'
import { errorWithoutSecrets } from './without-secrets.ts'

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** A request of a batch, as the provider's endpoint would get it. Throws what cannot be asked of it. */
export interface ProviderRow {
  readonly prepared: Prepared
  readonly body: JsonObject
}

export function providerRow(ask: Ask, deployment: Deployment): ProviderRow {
  const prepared = prepare(ask, deployment, undefined)
  const body = prepared.json ?? parseJson(decoder.decode(prepared.bytes))
  if (!isObject(body)) throw fail('bad_request', 'This request cannot stand in a batch of this provider.')
  return { prepared, body }
}

/** The reply to it in the client's shape. Throws the error that it holds. */
export async function clientReply(
  reply: { readonly status: number; readonly body: JsonObject },
  of: { readonly ask: Ask; readonly deployment: Deployment; readonly prepared: Prepared; readonly id: string },
): Promise<{ readonly bytes: Uint8Array; readonly usage: Usage | undefined }> {
  const { ask, deployment, prepared, id } = of
  const { status, body } = reply
  if (status < 200 || status >= 300)
    throw errorWithoutSecrets(
      deployment.provider.readError?.(status, body) ?? prepared.protocol.readError(status, body),
      deployment,
    )
  const incoming: Incoming = { status, headers: new Headers(), body: once(encoder.encode(JSON.stringify(body))) }
  return readWhole(incoming, deployment, prepared, () => printerOf(ask, echoFor(ask, id)))
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, void> {
  yield bytes
}

/** How a deployment is asked for what is no call: signed, and thrown what it refuses. */
export const askDeployment =
  (deployment: Deployment, env: ProviderEnv, signal: () => AbortSignal): BatchAsk =>
  async ({ method, url, pieces, json, headers }) => {
    const { provider, keyProblem } = deployment
    if (keyProblem !== undefined) throw keyProblem
    const outgoing: Outgoing = {
      url,
      method,
      headers: {
        ...provider.headers,
        ...deployment.headers,
        ...(json === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
        'accept-encoding': 'identity',
      },
      body: json === undefined ? undefined : encoder.encode(JSON.stringify(json)),
      ...(pieces === undefined ? {} : { pieces }),
    }
    addKey(outgoing.headers, deployment)
    await provider.prepare?.(outgoing, targetOf(deployment, deployment.model), env)
    const incoming = await env.send(outgoing, { signal: signal() })
    const failure = await keptFailure(incoming, deployment)
    if (failure === undefined) return incoming
    throw failure
  }
