import type OpenAI from 'openai'
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
import { openAiClient } from './openai-chat.ts'

const tools: OpenAI.Responses.Tool[] = [
  { type: 'function', name: toolName, description: 'The weather of a city', parameters: toolSchema, strict: true },
]

type Params = OpenAI.Responses.ResponseCreateParamsNonStreaming

/** The `openai` package on responses, without the provider's store. */
export class OpenAiResponsesDriver implements Driver {
  readonly name = 'openai responses'
  readonly #client: OpenAI

  constructor(connection: Connection) {
    this.#client = openAiClient(connection)
  }

  async say({ model, text, stream }: SayOptions): Promise<Said> {
    const response = await this.#respond({ model, input: text, store: false }, stream)
    return {
      text: response.output_text,
      input: response.usage?.input_tokens ?? 0,
      output: response.usage?.output_tokens ?? 0,
      stop: response.status ?? '',
    }
  }

  async useTool({ model, stream }: ToolOptions): Promise<ToolRound> {
    const input: OpenAI.Responses.ResponseInputItem[] = [{ role: 'user', content: toolQuestion }]
    const asked = await this.#respond({ model, input, tools, store: false }, stream)
    const call = asked.output.find((item) => item.type === 'function_call')
    if (call === undefined) throw new Error('no tool was called')
    for (const item of asked.output) if (item.type === 'function_call' || item.type === 'reasoning') input.push(item)
    input.push({ type: 'function_call_output', call_id: call.call_id, output: toolAnswer })
    const answered = await this.#respond({ model, input, tools, store: false }, stream)
    return { name: call.name, input: JSON.parse(call.arguments), stop: asked.status ?? '', text: answered.output_text }
  }

  async structured(model: string): Promise<unknown> {
    const response = await this.#client.responses.parse({
      model,
      input: 'describe',
      store: false,
      text: { format: { type: 'json_schema', name: 'answer', schema: answerSchema, strict: true } },
    })
    return response.output_parsed
  }

  async leave(model: string): Promise<void> {
    const stream = await this.#client.responses.create({ model, input: 'count 1000', store: false, stream: true })
    let pieces = 0
    for await (const event of stream) if (event.type === 'response.output_text.delta' && ++pieces === 3) break
  }

  #respond(params: Params, stream: boolean): Promise<OpenAI.Responses.Response> {
    if (!stream) return this.#client.responses.create(params)
    return this.#client.responses.stream({ ...params, stream: true }).finalResponse()
  }
}
