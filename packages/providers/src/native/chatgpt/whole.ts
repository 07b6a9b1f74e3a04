import type { Incoming, Outgoing, ProviderEnv } from '@switchyard/core'
import { arrayOf, fail, objectOf, openaiResponsesProtocol, parseJson, SseParser, type JsonObject } from '@switchyard/wire'

/** The service only streams: whoever did not ask for a stream gets its last event's response. A stream is passed on. */
export function askAsStream(outgoing: Outgoing, env: ProviderEnv, signal: AbortSignal): Promise<Incoming> | undefined {
  const body = objectOf(parseJson(new TextDecoder().decode(outgoing.body))) ?? {}
  return body['stream'] === true ? undefined : gather({ ...outgoing, body: encode({ ...body, stream: true }) }, env, signal)
}

async function gather(outgoing: Outgoing, env: ProviderEnv, signal: AbortSignal): Promise<Incoming> {
  const incoming = await env.send(outgoing, { signal })
  if (incoming.status !== 200 || incoming.body === null) return incoming
  const items: unknown[] = []
  let response: JsonObject | undefined
  const parser = new SseParser((_name, data) => {
    const event = objectOf(parseJson(data)) ?? {}
    if (event['type'] === 'response.output_item.done') items.push(event['item'])
    else if (event['type'] === 'error') throw openaiResponsesProtocol.readError(0, { error: objectOf(event['error']) ?? event })
    else if (last.has(event['type'])) response = objectOf(event['response'])
  })
  for await (const bytes of incoming.body) parser.push(bytes)
  parser.end()
  if (response === undefined) throw fail('bad_gateway', 'ChatGPT ended the stream before the answer was finished; try again.')
  // What is not stored may come with an empty list at the end: the items stood in the stream.
  const output = arrayOf(response['output']).length === 0 ? items : response['output']
  const whole = encode({ ...response, output })
  const headers = new Headers([...incoming.headers].map(([name, value]): [string, string] => [name, value]))
  headers.set('content-type', 'application/json')
  return { status: 200, headers, body: null, whole: () => Promise.resolve(whole) }
}

const last: ReadonlySet<unknown> = new Set(['response.completed', 'response.incomplete', 'response.failed'])

const encode = (json: JsonObject): Uint8Array => new TextEncoder().encode(JSON.stringify(json))
