import { RequestBody, type Ask } from '@switchyard/core'
import {
  fail,
  inputItemsOf,
  objectOf,
  objectsOf,
  parseJson,
  splice,
  SseParser,
  stringOf,
  type JsonObject,
  type Patch,
  type StoredTurn,
} from '@switchyard/wire'
import type { Context } from '../../http/context.ts'
import { overloaded } from '../../http/handle.ts'
import { checkedBody } from '../../http/read-body.ts'
import { aliased, requireModel } from '../../pipeline/access.ts'
import { askFrom } from '../../pipeline/read-ask.ts'
import { createResponse, wholeAsk } from '../responses.ts'

/** What a connection knows of its last response when that is stored nowhere else. */
export interface Remembered {
  readonly id: string
  readonly turn: StoredTurn
}

export interface Turn {
  readonly ask: Ask
  /** Nothing is generated: the client says beforehand what the next response will continue. */
  readonly isWarmup: boolean
}

/** Fields of the event, and of the transport that a connection stands for. */
const notOfTheBody = ['type', 'generate', 'background', 'stream'] as const

/** Reads a client's event; a response that only the connection knows is put before what it continues. */
export function readTurn(context: Context, bytes: Uint8Array, last: Remembered | undefined): Turn {
  const event = checkedBody(bytes)
  if (event.field('type') !== 'response.create') {
    throw fail('bad_request', 'This connection takes events of the type "response.create".', { param: 'type' })
  }
  if (event.has('stream_id')) {
    throw fail('bad_request', 'Responses of this connection come one after the other, without "stream_id".', {
      param: 'stream_id',
    })
  }
  const ask = askFrom(context, bodyOf(event), { operation: 'chat', shape: 'openai-responses', path: { stream: true } })
  const isWarmup = event.field('generate') === false
  const previous = ask.body.field('previous_response_id')
  return { isWarmup, ask: last !== undefined && previous === last.id ? wholeAsk(ask, last.id, last.turn) : ask }
}

function bodyOf(event: RequestBody): RequestBody {
  if (!event.regular) {
    const json: JsonObject = { ...event.json, stream: true }
    for (const key of notOfTheBody) if (key !== 'stream') delete json[key]
    return RequestBody.ofJson(json)
  }
  const removed = notOfTheBody.filter((key) => event.has(key)).map((key): Patch => ({ do: 'remove', key }))
  const bare = RequestBody.ofBytes(splice(event.bytes, event.scan, removed))
  return RequestBody.ofBytes(splice(bare.bytes, bare.scan, [{ do: 'set', key: 'stream', json: 'true' }]))
}

export type Tell = (event: string) => Promise<void> | undefined

/** Runs a turn and tells its events. Answers what the connection has to remember. */
export async function runTurn(context: Context, { ask, isWarmup }: Turn, tell: Tell): Promise<Remembered | undefined> {
  if (isWarmup) return warmUp(context, ask, tell)
  const { load } = context.gateway
  if (!load.begin()) throw overloaded()
  const { body } = await createResponse(context, ask).finally(() => load.end())
  let told: string[] = []
  let last = ''
  const parser = new SseParser((_name, data) => void (data.startsWith('{') && told.push(data)))
  for await (const piece of body instanceof Uint8Array ? [body] : body) {
    parser.push(piece)
    const ready = told
    told = []
    for (const event of ready) await tell((last = event))
  }
  return ask.body.field('store') === false ? rememberedOf(ask, last) : undefined
}

function rememberedOf(ask: Ask, lastEvent: string): Remembered | undefined {
  const { type, response } = objectOf(parseJson(lastEvent)) ?? {}
  const said = objectOf(response)
  const id = stringOf(said?.['id'])
  if (id === undefined || (type !== 'response.completed' && type !== 'response.incomplete')) return undefined
  return { id, turn: { input: inputItemsOf(ask.body.json), output: objectsOf(said?.['output']) } }
}

/** A warm-up costs nothing: no provider is asked, and the connection remembers what was said. */
async function warmUp({ principal, snapshot, callId }: Context, ask: Ask, tell: Tell): Promise<Remembered> {
  requireModel(principal, aliased(principal, ask.model), snapshot)
  if (ask.body.has('previous_response_id')) {
    throw fail('bad_request', 'A warm-up may continue only the last response of its connection that was not stored.', {
      param: 'previous_response_id',
    })
  }
  const id = `resp_${callId.replaceAll('-', '')}`
  const response: JsonObject = {
    id,
    object: 'response',
    created_at: Math.floor(Date.now() / 1000),
    error: null,
    incomplete_details: null,
    model: ask.model,
    output: [],
    previous_response_id: ask.continues ?? null,
  }
  const usage = { input_tokens: 0, output_tokens: 0, total_tokens: 0 }
  const created = { ...response, status: 'in_progress', usage: null }
  await tell(JSON.stringify({ type: 'response.created', sequence_number: 0, response: created }))
  const completed = { ...response, status: 'completed', usage }
  await tell(JSON.stringify({ type: 'response.completed', sequence_number: 1, response: completed }))
  return { id, turn: { input: inputItemsOf(ask.body.json), output: [] } }
}
