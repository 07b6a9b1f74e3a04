import { objectOf, objectsOf, sseEvent, stringOf, type JsonObject } from '@switchyard/wire'
import { fakeSignature, piecesOf, textIn, type Asked, type FakeUsage, type Plan } from './plan.ts'

export function readMessages(body: JsonObject): Asked {
  const content = objectsOf(body['messages']).findLast((message) => message['role'] !== 'system')?.['content']
  const blocks = objectsOf(content)
  const choice = objectOf(body['tool_choice'])
  const forced = choice?.['type'] === 'tool' ? stringOf(choice['name']) : undefined
  const format = objectOf(objectOf(body['output_config'])?.['format']) ?? objectOf(body['output_format'])
  const schema = objectOf(format?.['schema'])
  return {
    model: stringOf(body['model']) ?? '',
    stream: body['stream'] === true,
    text: textIn(content),
    results: blocks.filter((block) => block['type'] === 'tool_result').map((block) => textIn(block['content'])),
    tools: objectsOf(body['tools']).map((tool) => ({ name: String(tool['name']), schema: objectOf(tool['input_schema']) ?? {} })),
    ...(forced === undefined ? {} : { forced }),
    ...(schema === undefined ? {} : { schema }),
    reasons: ['enabled', 'adaptive'].includes(stringOf(objectOf(body['thinking'])?.['type']) ?? ''),
    images: blocks.filter((block) => block['type'] === 'image').length,
  }
}

/** Anthropic counts the cached part beside `input_tokens`, not in it. */
const usageOf = ({ input, output, cacheRead }: FakeUsage): JsonObject => ({
  input_tokens: input - cacheRead,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: cacheRead,
  output_tokens: output,
})

const stopOf = (plan: Plan): string => (plan.calls.length > 0 ? 'tool_use' : 'end_turn')

const messageOf = (plan: Plan, content: readonly JsonObject[], stop: string | null): JsonObject => ({
  id: `msg_${plan.id}`,
  type: 'message',
  role: 'assistant',
  model: plan.model,
  content,
  stop_reason: stop,
  stop_sequence: null,
})

export function wholeMessage(plan: Plan): JsonObject {
  const content: JsonObject[] = []
  if (plan.reasoning !== '') content.push({ type: 'thinking', thinking: plan.reasoning, signature: fakeSignature })
  if (plan.text !== '') content.push({ type: 'text', text: plan.text })
  for (const { id, name, input } of plan.calls)
    content.push({ type: 'tool_use', id: `toolu_${id}`, name, input: JSON.parse(input) })
  return { ...messageOf(plan, content, stopOf(plan)), ...(plan.usage === undefined ? {} : { usage: usageOf(plan.usage) }) }
}

export function streamMessage(plan: Plan): readonly string[] {
  const events: string[] = []
  const add = (type: string, fields: JsonObject): void => void events.push(sseEvent(type, JSON.stringify({ type, ...fields })))
  let index = 0
  const block = (start: JsonObject, deltas: readonly JsonObject[]): void => {
    add('content_block_start', { index, content_block: start })
    for (const delta of deltas) add('content_block_delta', { index, delta })
    add('content_block_stop', { index })
    index++
  }
  const { usage } = plan
  add('message_start', {
    message: { ...messageOf(plan, [], null), ...(usage === undefined ? {} : { usage: { ...usageOf(usage), output_tokens: 1 } }) },
  })
  add('ping', {})
  if (plan.reasoning !== '') {
    const thoughts = piecesOf(plan.reasoning).map((thinking) => ({ type: 'thinking_delta', thinking }))
    block({ type: 'thinking', thinking: '', signature: '' }, [...thoughts, { type: 'signature_delta', signature: fakeSignature }])
  }
  if (plan.text !== '') {
    block(
      { type: 'text', text: '' },
      piecesOf(plan.text).map((text) => ({ type: 'text_delta', text })),
    )
  }
  for (const { id, name, input } of plan.calls) {
    const parts = input.match(/.{1,5}/gs) ?? []
    block(
      { type: 'tool_use', id: `toolu_${id}`, name, input: {} },
      parts.map((part) => ({ type: 'input_json_delta', partial_json: part })),
    )
  }
  add('message_delta', {
    delta: { stop_reason: stopOf(plan), stop_sequence: null },
    ...(usage === undefined ? {} : { usage: { output_tokens: usage.output } }),
  })
  add('message_stop', {})
  return events
}
