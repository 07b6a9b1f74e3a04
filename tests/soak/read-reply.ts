import { isObject, numberOf, objectOf, objectsOf, parseJson, stringOf, type JsonObject } from '@switchyard/wire'

/** What a reply says in any dialect: its text, then its calls as `NAME {json}`. */
export function saidIn(dialect: string, reply: string, stream: boolean): string {
  const said = new Said()
  if (stream) for (const event of eventsIn(reply)) readers[dialect]?.event(event, said)
  else {
    const whole = parseJson(reply)
    if (isObject(whole)) readers[dialect]?.whole(whole, said)
  }
  return said.toString()
}

const eventsIn = (reply: string): readonly JsonObject[] =>
  reply.split('\n').flatMap((line) => {
    const event = line.startsWith('data: ') ? parseJson(line.slice(6)) : undefined
    return isObject(event) ? [event] : []
  })

class Said {
  #text = ''
  readonly #calls = new Map<number, { name: string; input: string }>()

  text(piece: unknown): void {
    this.#text += stringOf(piece) ?? ''
  }

  /** A call, or more of it. */
  call(index: number, { name, input }: { readonly name?: unknown; readonly input?: unknown }): void {
    const call = this.#calls.get(index) ?? { name: '', input: '' }
    call.name += stringOf(name) ?? ''
    call.input += isObject(input) ? JSON.stringify(input) : (stringOf(input) ?? '')
    this.#calls.set(index, call)
  }

  toString(): string {
    const calls = [...this.#calls.values()].map(({ name, input }) => `${name} ${JSON.stringify(parseJson(input))}`)
    return [...(this.#text === '' ? [] : [this.#text]), ...calls].join('\n')
  }
}

interface ReplyReader {
  readonly whole: (reply: JsonObject, said: Said) => void
  readonly event: (event: JsonObject, said: Said) => void
}

const indexOf = (value: JsonObject, name = 'index'): number => numberOf(value[name]) ?? 0

function chatMessage(message: JsonObject | undefined, said: Said): void {
  said.text(message?.['content'])
  for (const [at, call] of objectsOf(message?.['tool_calls']).entries()) {
    const { name, arguments: input } = objectOf(call['function']) ?? {}
    said.call(numberOf(call['index']) ?? at, { name, input })
  }
}

function geminiParts(reply: JsonObject, said: Said): void {
  const content = objectOf(objectsOf(reply['candidates'])[0]?.['content'])
  for (const part of objectsOf(content?.['parts'])) {
    said.text(part['text'])
    const call = objectOf(part['functionCall'])
    if (call !== undefined) said.call(0, { name: call['name'], input: call['args'] })
  }
}

function responsesItem(item: JsonObject, index: number, said: Said): void {
  if (item['type'] === 'function_call') said.call(index, { name: item['name'], input: item['arguments'] })
}

const readers: Readonly<Record<string, ReplyReader>> = {
  'openai-chat': {
    whole: (reply, said) => chatMessage(objectOf(objectsOf(reply['choices'])[0]?.['message']), said),
    event: (event, said) => chatMessage(objectOf(objectsOf(event['choices'])[0]?.['delta']), said),
  },
  'openai-responses': {
    whole: (reply, said) => {
      for (const [index, item] of objectsOf(reply['output']).entries()) {
        if (item['type'] === 'message') for (const part of objectsOf(item['content'])) said.text(part['text'])
        responsesItem(item, index, said)
      }
    },
    event: (event, said) => {
      if (event['type'] === 'response.output_text.delta') said.text(event['delta'])
      if (event['type'] === 'response.output_item.done')
        responsesItem(objectOf(event['item']) ?? {}, indexOf(event, 'output_index'), said)
    },
  },
  'anthropic-messages': {
    whole: (reply, said) => {
      for (const [index, block] of objectsOf(reply['content']).entries()) {
        said.text(block['text'])
        if (block['type'] === 'tool_use') said.call(index, { name: block['name'], input: block['input'] })
      }
    },
    event: (event, said) => {
      const block = objectOf(event['content_block'])
      if (block?.['type'] === 'tool_use') said.call(indexOf(event), { name: block['name'] })
      const delta = objectOf(event['delta'])
      said.text(delta?.['text'])
      if (delta?.['type'] === 'input_json_delta') said.call(indexOf(event), { input: delta['partial_json'] })
    },
  },
  gemini: { whole: geminiParts, event: geminiParts },
}
