import { isObject, isString, objectOf, objectsOf, sseEvent, stringOf, type JsonObject } from '@switchyard/wire'
import { piecesOf, textIn, type Asked, type FakeUsage, type Plan } from './plan.ts'

export function readResponses(body: JsonObject): Asked {
  const { input } = body
  const items = objectsOf(input).filter((item) => item['role'] !== 'system')
  const last = items.at(-1) ?? {}
  const results = items.slice(items.findLastIndex((item) => item['type'] !== 'function_call_output') + 1)
  const choice = objectOf(body['tool_choice'])
  const forced = choice?.['type'] === 'function' ? stringOf(choice['name']) : undefined
  const schema = objectOf(objectOf(objectOf(body['text'])?.['format'])?.['schema'])
  return {
    model: stringOf(body['model']) ?? '',
    stream: body['stream'] === true,
    text: isString(input) ? input : textIn(last['content']),
    results: results.map((item) => textIn(item['output'])),
    tools: objectsOf(body['tools']).map((tool) => ({ name: String(tool['name']), schema: objectOf(tool['parameters']) ?? {} })),
    ...(forced === undefined ? {} : { forced }),
    ...(schema === undefined ? {} : { schema }),
    reasons: isObject(body['reasoning']) && body['reasoning']['effort'] !== 'none',
    images: objectsOf(last['content']).filter((part) => part['type'] === 'input_image').length,
  }
}

const usageOf = ({ input, output, reasoning, cacheRead }: FakeUsage): JsonObject => ({
  input_tokens: input,
  input_tokens_details: { cached_tokens: cacheRead },
  output_tokens: output,
  output_tokens_details: { reasoning_tokens: reasoning },
  total_tokens: input + output,
})

const responseOf = (plan: Plan, output: readonly JsonObject[] | 'to come'): JsonObject => ({
  id: `resp_${plan.id}`,
  object: 'response',
  created_at: 1_790_000_000,
  status: output === 'to come' ? 'in_progress' : 'completed',
  error: null,
  incomplete_details: null,
  model: plan.model,
  output: output === 'to come' ? [] : output,
  parallel_tool_calls: true,
  tool_choice: 'auto',
  tools: [],
  usage: output !== 'to come' && plan.usage !== undefined ? usageOf(plan.usage) : null,
})

const reasoningItem = ({ id, reasoning }: Plan): JsonObject => ({
  type: 'reasoning',
  id: `rs_${id}`,
  summary: [{ type: 'summary_text', text: reasoning }],
  encrypted_content: 'sealed-by-the-fake',
})

const messageItem = ({ id, text }: Plan, status: string): JsonObject => ({
  type: 'message',
  id: `msg_${id}`,
  role: 'assistant',
  status,
  content: status === 'completed' ? [{ type: 'output_text', text, annotations: [], logprobs: [] }] : [],
})

const callItem = ({ id, name, input }: Plan['calls'][number], status: string): JsonObject => ({
  type: 'function_call',
  id: `fc_${id}`,
  call_id: id,
  name,
  arguments: status === 'completed' ? input : '',
  status,
})

function outputOf(plan: Plan): readonly JsonObject[] {
  return [
    ...(plan.reasoning === '' ? [] : [reasoningItem(plan)]),
    ...(plan.text === '' ? [] : [messageItem(plan, 'completed')]),
    ...plan.calls.map((call) => callItem(call, 'completed')),
  ]
}

export const wholeResponse = (plan: Plan): JsonObject => responseOf(plan, outputOf(plan))

/** The events of one streamed response, numbered as OpenAI numbers them. */
class Writer {
  readonly events: string[] = []
  #item = 0

  add(type: string, fields: JsonObject): void {
    this.events.push(sseEvent(type, JSON.stringify({ type, sequence_number: this.events.length, ...fields })))
  }

  item(started: JsonObject, done: JsonObject, inner: (output_index: number) => void): void {
    const output_index = this.#item++
    this.add('response.output_item.added', { output_index, item: started })
    inner(output_index)
    this.add('response.output_item.done', { output_index, item: done })
  }
}

function writeReasoning(writer: Writer, plan: Plan): void {
  const { id, reasoning: text } = plan
  const done = reasoningItem(plan)
  writer.item({ ...done, summary: [] }, done, (output_index) => {
    const at = { item_id: `rs_${id}`, output_index, summary_index: 0 }
    writer.add('response.reasoning_summary_part.added', { ...at, part: { type: 'summary_text', text: '' } })
    for (const delta of piecesOf(text)) writer.add('response.reasoning_summary_text.delta', { ...at, delta })
    writer.add('response.reasoning_summary_text.done', { ...at, text })
    writer.add('response.reasoning_summary_part.done', { ...at, part: { type: 'summary_text', text } })
  })
}

function writeText(writer: Writer, plan: Plan): void {
  const { id, text } = plan
  writer.item(messageItem(plan, 'in_progress'), messageItem(plan, 'completed'), (output_index) => {
    const at = { item_id: `msg_${id}`, output_index, content_index: 0 }
    const part = { type: 'output_text', text: '', annotations: [], logprobs: [] }
    writer.add('response.content_part.added', { ...at, part })
    for (const delta of piecesOf(text)) writer.add('response.output_text.delta', { ...at, delta, logprobs: [] })
    writer.add('response.output_text.done', { ...at, text, logprobs: [] })
    writer.add('response.content_part.done', { ...at, part: { ...part, text } })
  })
}

function writeCall(writer: Writer, call: Plan['calls'][number]): void {
  writer.item(callItem(call, 'in_progress'), callItem(call, 'completed'), (output_index) => {
    const at = { item_id: `fc_${call.id}`, output_index }
    for (const delta of call.input.match(/.{1,5}/gs) ?? []) writer.add('response.function_call_arguments.delta', { ...at, delta })
    writer.add('response.function_call_arguments.done', { ...at, name: call.name, arguments: call.input })
  })
}

export function streamResponse(plan: Plan): readonly string[] {
  const writer = new Writer()
  writer.add('response.created', { response: responseOf(plan, 'to come') })
  writer.add('response.in_progress', { response: responseOf(plan, 'to come') })
  if (plan.reasoning !== '') writeReasoning(writer, plan)
  if (plan.text !== '') writeText(writer, plan)
  for (const call of plan.calls) writeCall(writer, call)
  writer.add('response.completed', { response: responseOf(plan, outputOf(plan)) })
  return writer.events
}
