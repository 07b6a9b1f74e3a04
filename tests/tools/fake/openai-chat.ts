import { isString, objectOf, objectsOf, sseData, stringOf, type JsonObject } from '@switchyard/wire'
import { piecesOf, textIn, type Asked, type FakeUsage, type Plan } from './plan.ts'

export function readChat(body: JsonObject): Asked {
  const messages = objectsOf(body['messages']).filter((message) => message['role'] !== 'system')
  const last = messages.at(-1) ?? {}
  const results = messages.slice(messages.findLastIndex((message) => message['role'] !== 'tool') + 1)
  const choice = objectOf(objectOf(body['tool_choice'])?.['function'])
  const forced = stringOf(choice?.['name'])
  const schema = objectOf(objectOf(objectOf(body['response_format'])?.['json_schema'])?.['schema'])
  return {
    model: stringOf(body['model']) ?? '',
    stream: body['stream'] === true,
    text: textIn(last['content']),
    results: results.map((message) => textIn(message['content'])),
    tools: objectsOf(body['tools']).flatMap((tool) => {
      const declared = objectOf(tool['function'])
      return declared === undefined ? [] : [{ name: String(declared['name']), schema: objectOf(declared['parameters']) ?? {} }]
    }),
    ...(forced === undefined ? {} : { forced }),
    ...(schema === undefined ? {} : { schema }),
    reasons: isString(body['reasoning_effort']) && body['reasoning_effort'] !== 'none',
    images: objectsOf(last['content']).filter((part) => part['type'] === 'image_url').length,
  }
}

const usageOf = ({ input, output, reasoning, cacheRead }: FakeUsage): JsonObject => ({
  prompt_tokens: input,
  completion_tokens: output,
  total_tokens: input + output,
  prompt_tokens_details: { cached_tokens: cacheRead },
  completion_tokens_details: { reasoning_tokens: reasoning },
})

const frame = (plan: Plan, object: string): JsonObject => ({
  id: `chatcmpl-${plan.id}`,
  object,
  created: 1_790_000_000,
  model: plan.model,
})

const stopOf = (plan: Plan): string => (plan.calls.length > 0 ? 'tool_calls' : 'stop')

export function wholeChat(plan: Plan): JsonObject {
  const message = {
    role: 'assistant',
    content: plan.calls.length > 0 ? null : plan.text,
    refusal: null,
    ...(plan.reasoning === '' ? {} : { reasoning_content: plan.reasoning }),
    ...(plan.calls.length === 0
      ? {}
      : {
          tool_calls: plan.calls.map(({ id, name, input }) => ({ id, type: 'function', function: { name, arguments: input } })),
        }),
  }
  return {
    ...frame(plan, 'chat.completion'),
    choices: [{ index: 0, message, logprobs: null, finish_reason: stopOf(plan) }],
    ...(plan.usage === undefined ? {} : { usage: usageOf(plan.usage) }),
  }
}

export function streamChat(plan: Plan, body: JsonObject): readonly string[] {
  const chunk = (delta: JsonObject, finish: string | null = null): string =>
    sseData(
      JSON.stringify({
        ...frame(plan, 'chat.completion.chunk'),
        choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
      }),
    )
  const events = [chunk({ role: 'assistant', content: '' })]
  for (const piece of piecesOf(plan.reasoning)) events.push(chunk({ reasoning_content: piece }))
  for (const piece of piecesOf(plan.text)) events.push(chunk({ content: piece }))
  for (const [index, { id, name, input }] of plan.calls.entries()) {
    events.push(chunk({ tool_calls: [{ index, id, type: 'function', function: { name, arguments: '' } }] }))
    for (const part of input.match(/.{1,5}/gs) ?? [])
      events.push(chunk({ tool_calls: [{ index, function: { arguments: part } }] }))
  }
  events.push(chunk({}, stopOf(plan)))
  if (objectOf(body['stream_options'])?.['include_usage'] === true && plan.usage !== undefined) {
    events.push(sseData(JSON.stringify({ ...frame(plan, 'chat.completion.chunk'), choices: [], usage: usageOf(plan.usage) })))
  }
  return [...events, sseData('[DONE]')]
}

/** Text completions and embeddings: the other OpenAI routes. */
export function wholeCompletion(body: JsonObject): JsonObject {
  const prompt = textIn(body['prompt'])
  const usage = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 }
  return {
    id: 'cmpl-fake',
    object: 'text_completion',
    created: 1_790_000_000,
    model: body['model'],
    choices: [{ index: 0, text: `echo: ${prompt}`, logprobs: null, finish_reason: 'stop' }],
    usage,
  }
}

export function wholeEmbeddings(body: JsonObject): JsonObject {
  const inputs = isString(body['input']) ? [body['input']] : Array.isArray(body['input']) ? body['input'].map(String) : []
  const data = inputs.map((input, index) => {
    const vector = vectorOf(input)
    const embedding = body['encoding_format'] === 'base64' ? base64Of(vector) : vector
    return { object: 'embedding', index, embedding }
  })
  return {
    object: 'list',
    data,
    model: body['model'],
    usage: { prompt_tokens: inputs.length * 4, total_tokens: inputs.length * 4 },
  }
}

/** Three numbers that a float holds exactly. */
export const vectorOf = (text: string): readonly number[] => [text.length, text.length / 4, -0.5]

const base64Of = (vector: readonly number[]): string => Buffer.from(Float32Array.from(vector).buffer).toString('base64')
