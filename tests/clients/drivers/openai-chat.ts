import OpenAI from 'openai'
import {
  answerSchema,
  toolAnswer,
  toolName,
  toolQuestion,
  toolSchema,
  type Connection,
  type Driver,
  type Said,
  type SayOptions,
  type ToolOptions,
  type ToolRound,
} from './driver.ts'

type Message = OpenAI.Chat.Completions.ChatCompletionMessageParam

const tools: OpenAI.Chat.Completions.ChatCompletionTool[] = [
  { type: 'function', function: { name: toolName, description: 'The weather of a city', parameters: toolSchema, strict: true } },
]

export const openAiClient = ({ url, key }: Connection): OpenAI => new OpenAI({ baseURL: `${url}/v1`, apiKey: key, maxRetries: 0 })

/** The `openai` package on chat completions. */
export class OpenAiChatDriver implements Driver {
  readonly name = 'openai chat'
  readonly #client: OpenAI

  constructor(connection: Connection) {
    this.#client = openAiClient(connection)
  }

  async say({ model, text, stream }: SayOptions): Promise<Said> {
    const completion = await this.#complete({ model, messages: [{ role: 'user', content: text }] }, stream)
    const [choice] = completion.choices
    return {
      text: choice?.message.content ?? '',
      input: completion.usage?.prompt_tokens ?? 0,
      output: completion.usage?.completion_tokens ?? 0,
      stop: choice?.finish_reason ?? '',
    }
  }

  async useTool({ model, stream }: ToolOptions): Promise<ToolRound> {
    const messages: Message[] = [{ role: 'user', content: toolQuestion }]
    const [asked] = (await this.#complete({ model, messages, tools }, stream)).choices
    const [call] = asked?.message.tool_calls ?? []
    if (asked === undefined || call?.type !== 'function') throw new Error('no tool was called')
    messages.push(asked.message, { role: 'tool', tool_call_id: call.id, content: toolAnswer })
    const [answered] = (await this.#complete({ model, messages, tools }, stream)).choices
    return {
      name: call.function.name,
      input: JSON.parse(call.function.arguments),
      stop: asked.finish_reason,
      text: answered?.message.content ?? '',
    }
  }

  async structured(model: string): Promise<unknown> {
    const completion = await this.#client.chat.completions.parse({
      model,
      messages: [{ role: 'user', content: 'describe' }],
      response_format: { type: 'json_schema', json_schema: { name: 'answer', schema: answerSchema, strict: true } },
    })
    return completion.choices[0]?.message.parsed
  }

  async leave(model: string): Promise<void> {
    const stream = await this.#client.chat.completions.create({
      model,
      messages: [{ role: 'user', content: 'count 1000' }],
      stream: true,
    })
    let pieces = 0
    for await (const _ of stream) if (++pieces === 3) break
  }

  #complete(
    params: OpenAI.Chat.Completions.ChatCompletionCreateParamsNonStreaming,
    stream: boolean,
  ): Promise<OpenAI.ChatCompletion> {
    if (!stream) return this.#client.chat.completions.create(params)
    return this.#client.chat.completions
      .stream({ ...params, stream: true, stream_options: { include_usage: true } })
      .finalChatCompletion()
  }
}
