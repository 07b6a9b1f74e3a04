import type { Incoming, Outgoing, Provider, ProviderEnv, Target } from '@switchyard/core'
import { fail, objectsOf, stringOf, type JsonObject } from '@switchyard/wire'
import { peeked, pollJob } from '../../polling.ts'
import { row } from '../../row.ts'

const paceMs = 2000
/** Agents work for minutes. */
const limitMs = 30 * 60_000

const running: ReadonlySet<unknown> = new Set(['running', 'pending', 'queued', 'in_progress'])

/** A response is a task of an agent: it is made, then asked for until the agent is done (native-wire facts §18, 2026-11-22). */
async function work(outgoing: Outgoing, _target: Target, env: ProviderEnv, signal: AbortSignal): Promise<Incoming> {
  const made = await peeked(await env.send(outgoing, { signal }))
  const id = stringOf(made.json['id'])
  if (made.incoming.status < 200 || made.incoming.status > 299 || id === undefined) return made.incoming
  if (!running.has(made.json['status'])) return finished(made)
  const { 'content-type': _, ...headers } = outgoing.headers
  const url = `${outgoing.url}/${encodeURIComponent(id)}`
  const ask = (): Promise<Incoming> => env.send({ url, method: 'GET', headers, body: undefined }, { signal })
  const isOver = ({ status }: JsonObject): boolean => !running.has(status)
  return finished(await peeked(await pollJob({ ask, isOver, paceMs, limitMs, now: env.now, signal })))
}

function finished({ incoming, json }: Awaited<ReturnType<typeof peeked>>): Incoming {
  if (json['status'] === 'error' || json['status'] === 'failed') {
    throw fail('internal', `The task of Manus failed: see it at manus.im.`, { upstreamBody: json })
  }
  if (!Array.isArray(json['output'])) return incoming
  // What the client said stands in the output, too.
  const output = objectsOf(json['output']).filter(({ role }) => role === undefined || role === 'assistant')
  const whole = new TextEncoder().encode(JSON.stringify({ ...json, output }))
  return { ...incoming, whole: () => Promise.resolve(whole) }
}

const compatible = row('manus', 'Manus', 'https://api.manus.im', {
  chat: false,
  routes: { responses: '/v1/responses' },
  ignores: 'stream',
})

export const manus: Provider = {
  ...compatible,
  auth: { kind: 'header', name: 'api_key' },
  keeps: { paths: { files: '/v1/files' } },
  tune: ({ model }) => [
    { do: 'default', field: 'task_mode', value: 'agent' },
    { do: 'default', field: 'agent_profile', value: model },
  ],
  exchange: work,
}
