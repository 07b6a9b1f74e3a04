import Anthropic from '@anthropic-ai/sdk'
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

type Params = Anthropic.Messages.MessageCreateParamsNonStreaming

const tools: Anthropic.Messages.Tool[] = [{ name: toolName, description: 'The weather of a city', input_schema: toolSchema }]

export const anthropicClient = ({ url, key }: Connection): Anthropic =>
  new Anthropic({ baseURL: url, apiKey: key, maxRetries: 0 })

/** The `@anthropic-ai/sdk` package. */
export class AnthropicDriver implements Driver {
  readonly name = 'anthropic'
  readonly #client: Anthropic

  constructor(connection: Connection) {
    this.#client = anthropicClient(connection)
  }

  async say({ model, text, stream }: SayOptions): Promise<Said> {
    const message = await this.#message({ model, max_tokens: 500, messages: [{ role: 'user', content: text }] }, stream)
    return {
      text: textOf(message),
      input: message.usage.input_tokens,
      output: message.usage.output_tokens,
      stop: message.stop_reason ?? '',
    }
  }

  async useTool({ model, stream }: ToolOptions): Promise<ToolRound> {
    const messages: Anthropic.Messages.MessageParam[] = [{ role: 'user', content: toolQuestion }]
    const asked = await this.#message({ model, max_tokens: 500, messages, tools }, stream)
    const call = asked.content.find((block) => block.type === 'tool_use')
    if (call === undefined) throw new Error('no tool was called')
    messages.push(
      { role: 'assistant', content: asked.content },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: call.id, content: toolAnswer }] },
    )
    const answered = await this.#message({ model, max_tokens: 500, messages, tools }, stream)
    return { name: call.name, input: call.input, stop: asked.stop_reason ?? '', text: textOf(answered) }
  }

  async structured(model: string): Promise<unknown> {
    const message = await this.#client.messages.create({
      model,
      max_tokens: 500,
      messages: [{ role: 'user', content: 'describe' }],
      output_config: { format: { type: 'json_schema', schema: answerSchema } },
    })
    return JSON.parse(textOf(message))
  }

  async leave(model: string): Promise<void> {
    const stream = await this.#client.messages.create({
      model,
      max_tokens: 5000,
      messages: [{ role: 'user', content: 'count 1000' }],
      stream: true,
    })
    let pieces = 0
    for await (const event of stream) if (event.type === 'content_block_delta' && ++pieces === 3) break
  }

  #message(params: Params, stream: boolean): Promise<Anthropic.Messages.Message> {
    return stream ? this.#client.messages.stream(params).finalMessage() : this.#client.messages.create(params)
  }
}

const textOf = (message: Anthropic.Messages.Message): string =>
  message.content.map((block) => (block.type === 'text' ? block.text : '')).join('')
