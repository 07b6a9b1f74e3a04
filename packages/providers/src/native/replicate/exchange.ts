import type { Incoming, Outgoing, ProviderEnv, Target } from '@switchyard/core'
import { fail, isObject, objectOf, parseJson, stringOf, type JsonObject } from '@switchyard/wire'
import { peeked, pollJob } from '../../polling.ts'
import { isOver } from './prediction.ts'
import { asStream, fromEvents, fromPolls } from './stream.ts'
import { isOwnUrl } from './url.ts'

// How often LiteLLM asks (native-wire facts §9, 2026-11-22), and how long a prediction may take.
const paceMs = 500
const limitMs = 600_000

/** Makes a prediction, then streams it or asks for it until it is over. */
export async function exchange(outgoing: Outgoing, _target: Target, env: ProviderEnv, signal: AbortSignal): Promise<Incoming> {
  const made = await peeked(await env.send(outgoing, { signal }))
  const { status } = made.incoming
  if (status < 200 || status > 299 || isOver(made.json)) return made.incoming
  const get = urlIn(made.json, 'get', outgoing)
  if (get === undefined) throw fail('bad_reply', 'Replicate answered without the address of the prediction.')
  const ask = (): Promise<Incoming> =>
    env.send({ url: get, method: 'GET', headers: outgoing.headers, body: undefined }, { signal })
  const job = { ask, paceMs, limitMs, now: env.now, signal }
  if (!wantsStream(outgoing)) return pollJob({ ...job, isOver })
  const prediction = async (): Promise<JsonObject> => (await peeked(await pollJob({ ...job, isOver }))).json
  const streamed = await streamOf(urlIn(made.json, 'stream', outgoing), outgoing, env, signal)
  return asStream(streamed === undefined ? fromPolls(polls(job)) : fromEvents(streamed, prediction))
}

/** Streams of other hosts, and ones that are refused, are left alone: asking gives the same text. */
async function streamOf(
  url: string | undefined,
  outgoing: Outgoing,
  env: ProviderEnv,
  signal: AbortSignal,
): Promise<AsyncIterable<Uint8Array> | undefined> {
  if (url === undefined) return undefined
  const headers = { ...outgoing.headers, accept: 'text/event-stream' }
  const incoming = await env.send({ url, method: 'GET', headers, body: undefined }, { signal })
  const isStream = incoming.status === 200 && (incoming.headers.get('content-type') ?? '').startsWith('text/event-stream')
  return isStream && incoming.body !== null ? incoming.body : undefined
}

/** Every state of the prediction that holds something new, the last one included. */
async function* polls(job: Omit<Parameters<typeof pollJob>[0], 'isOver'>): AsyncGenerator<JsonObject, void, void> {
  let seen = ''
  for (;;) {
    const { incoming, json } = await peeked(await pollJob({ ...job, isOver: (reply) => isOver(reply) || grown(reply, seen) }))
    if (incoming.status !== 200) throw fail('bad_gateway', `Replicate answered HTTP ${incoming.status} for the prediction.`)
    yield json
    if (isOver(json)) return
    seen = JSON.stringify(json['output'])
  }
}

const grown = ({ output }: JsonObject, seen: string): boolean =>
  output !== null && output !== undefined && JSON.stringify(output) !== seen

function urlIn({ urls }: JsonObject, name: 'get' | 'stream', { url: asked }: Outgoing): string | undefined {
  const url = stringOf(objectOf(urls)?.[name])
  return url !== undefined && isOwnUrl(url, asked) ? url : undefined
}

function wantsStream({ body }: Outgoing): boolean {
  const json = parseJson(new TextDecoder().decode(body))
  return isObject(json) && json['stream'] === true
}
