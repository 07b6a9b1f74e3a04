import { fail, objectOf, objectsOf, stringOf, type Block, type ChatReply, type JsonObject } from '@switchyard/wire'
import { citationsOf } from './citations.ts'
import { failureOf, stopOf, usageOf } from './stop.ts'

/** The reply of `POST /v2/chat`. */
export function readReply(body: JsonObject): ChatReply {
  const message = objectOf(body['message'])
  if (message === undefined) throw fail('bad_reply', 'Cohere answered without a message.')
  const rawStop = stringOf(body['finish_reason'])
  const failure = failureOf(rawStop, stringOf(body['error']))
  if (failure !== undefined) throw failure
  const blocks = blocksOf(message)
  const usage = usageOf(objectOf(body['usage']))
  const hasCalls = blocks.some(({ type }) => type === 'call')
  return {
    id: stringOf(body['id']) ?? '',
    model: '',
    created: 0,
    choices: [{ index: 0, blocks, stop: stopOf(rawStop, hasCalls), ...(rawStop === undefined ? {} : { rawStop }) }],
    ...(usage === undefined ? {} : { usage }),
  }
}

/** The plan of the calls is reasoning: the model's own words on what it is about to do. */
function blocksOf(message: JsonObject): readonly Block[] {
  const plan = stringOf(message['tool_plan']) ?? ''
  const citations = objectsOf(message['citations'])
  const content = objectsOf(message['content']).flatMap((part, index): Block[] => {
    const thinking = stringOf(part['thinking'])
    if (thinking !== undefined) return [{ type: 'reasoning', text: thinking }]
    const text = stringOf(part['text'])
    if (text === undefined) return []
    const own = citations.filter((one) => (one['content_index'] ?? index) === index).flatMap(citationsOf)
    return [{ type: 'text', text, ...(own.length === 0 ? {} : { citations: own }) }]
  })
  return [
    ...(plan === '' ? [] : [{ type: 'reasoning', text: plan } as const]),
    ...content,
    ...objectsOf(message['tool_calls']).map(readCall),
  ]
}

export function readCall(call: JsonObject): Block {
  const { name, arguments: input } = objectOf(call['function']) ?? {}
  return {
    type: 'call',
    id: stringOf(call['id']) ?? `call_${crypto.randomUUID()}`,
    name: stringOf(name) ?? '',
    input: stringOf(input) ?? '',
  }
}
