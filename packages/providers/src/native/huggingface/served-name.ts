import { readAll, RequestBody, type Outgoing, type ProviderEnv, type Target } from '@switchyard/core'
import { fail, objectOf, parseJson, splice, stringOf, type JsonObject } from '@switchyard/wire'
import { Bought, type Lasting } from '../../bought.ts'
import { keyOwner } from '../../token-exchange.ts'
import { routedOf, router } from './url.ts'

interface Names extends Lasting {
  /** What each provider behind the router calls the model. */
  readonly byServer: ReadonlyMap<string, string>
}

const lastsMs = 3_600_000
const timeoutMs = 10_000
const maxBytes = 1024 * 1024

const known = new Bought<Names>()

/** Providers behind the router know the model under names of their own, which the hub tells. */
export async function nameForServer(outgoing: Outgoing, target: Target, env: ProviderEnv): Promise<void> {
  const routed = target.baseUrl === router ? routedOf(target.model) : undefined
  if (routed === undefined || outgoing.body === undefined || !outgoing.url.endsWith('/chat/completions')) return
  const { byServer } = await known.get(keyOwner(target, routed.model), env.now, () => ask(routed.model, target, env))
  const name = byServer.get(routed.server)
  if (name === undefined) {
    throw fail('not_found', `${routed.server} does not serve ${routed.model}: see its page on huggingface.co for who does.`, {
      param: 'model',
    })
  }
  const { bytes, scan } = RequestBody.ofBytes(outgoing.body)
  outgoing.body = splice(bytes, scan, [{ do: 'set', key: 'model', json: JSON.stringify(name) }])
}

async function ask(model: string, { key }: Target, env: ProviderEnv): Promise<Names> {
  const reply = await env.send(
    {
      url: `https://huggingface.co/api/models/${model}?expand=inferenceProviderMapping`,
      method: 'GET',
      headers: {
        accept: 'application/json',
        'accept-encoding': 'identity',
        ...(key === undefined ? {} : { authorization: `Bearer ${key.reveal()}` }),
      },
      body: undefined,
    },
    { signal: AbortSignal.timeout(timeoutMs) },
  )
  const body = objectOf(parseJson(new TextDecoder().decode(await readAll(reply, maxBytes))))
  if (reply.status !== 200 || body === undefined) throw refusal(model, reply.status)
  return { byServer: namesIn(objectOf(body['inferenceProviderMapping']) ?? {}), expiresAt: env.now() + lastsMs }
}

function refusal(model: string, status: number): Error {
  const kind =
    status === 404 ? 'not_found' : status === 401 || status === 403 ? 'auth' : status === 429 ? 'rate_limited' : 'unavailable'
  return fail(kind, `huggingface.co did not tell who serves ${model} (status ${status}).`, { upstreamStatus: status })
}

function namesIn(mapping: JsonObject): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(mapping).flatMap(([server, entry]) => {
      const name = stringOf(objectOf(entry)?.['providerId'])
      return name === undefined ? [] : [[server, name] as const]
    }),
  )
}
