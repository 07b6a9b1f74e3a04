import { GoogleGenAI, type Content, type GenerateContentConfig, type GenerateContentResponse, type Part } from '@google/genai'
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

const tools = [
  { functionDeclarations: [{ name: toolName, description: 'The weather of a city', parametersJsonSchema: toolSchema }] },
]

interface Params {
  readonly model: string
  readonly contents: Content[]
  readonly config?: GenerateContentConfig
}

interface Generated {
  readonly parts: Part[]
  readonly last: GenerateContentResponse | undefined
}

export const geminiClient = ({ url, key }: Connection): GoogleGenAI =>
  new GoogleGenAI({ apiKey: key, httpOptions: { baseUrl: url } })

/** The `@google/genai` package. */
export class GeminiDriver implements Driver {
  readonly name = 'google genai'
  readonly #client: GoogleGenAI

  constructor(connection: Connection) {
    this.#client = geminiClient(connection)
  }

  async say({ model, text, stream }: SayOptions): Promise<Said> {
    const { parts, last } = await this.#generate({ model, contents: [user(text)] }, stream)
    const usage = last?.usageMetadata
    return {
      text: textOf(parts),
      input: usage?.promptTokenCount ?? 0,
      output: (usage?.candidatesTokenCount ?? 0) + (usage?.thoughtsTokenCount ?? 0),
      stop: last?.candidates?.[0]?.finishReason ?? '',
    }
  }

  async useTool({ model, stream }: ToolOptions): Promise<ToolRound> {
    const contents = [user(toolQuestion)]
    const asked = await this.#generate({ model, contents, config: { tools } }, stream)
    const call = asked.parts.find((part) => part.functionCall !== undefined)?.functionCall
    if (call === undefined) throw new Error('no tool was called')
    const { id, name = '' } = call
    const answer = { name, response: { output: toolAnswer }, ...(id === undefined ? {} : { id }) }
    contents.push({ role: 'model', parts: asked.parts }, { role: 'user', parts: [{ functionResponse: answer }] })
    const answered = await this.#generate({ model, contents, config: { tools } }, stream)
    return { name, input: call.args, stop: asked.last?.candidates?.[0]?.finishReason ?? '', text: textOf(answered.parts) }
  }

  async structured(model: string): Promise<unknown> {
    const config = { responseMimeType: 'application/json', responseJsonSchema: answerSchema }
    const { parts } = await this.#generate({ model, contents: [user('describe')], config }, false)
    return JSON.parse(textOf(parts))
  }

  async leave(model: string): Promise<void> {
    const leaving = new AbortController()
    const stream = await this.#client.models.generateContentStream({
      model,
      contents: [user('count 1000')],
      config: { abortSignal: leaving.signal },
    })
    let pieces = 0
    for await (const _ of stream) {
      if (++pieces < 3) continue
      leaving.abort()
      break
    }
  }

  async #generate(params: Params, stream: boolean): Promise<Generated> {
    const parts: Part[] = []
    let last: GenerateContentResponse | undefined
    const replies = stream
      ? await this.#client.models.generateContentStream(params)
      : [await this.#client.models.generateContent(params)]
    for await (const reply of replies) {
      parts.push(...(reply.candidates?.[0]?.content?.parts ?? []))
      last = reply
    }
    return { parts, last }
  }
}

const user = (text: string): Content => ({ role: 'user', parts: [{ text }] })
const textOf = (parts: readonly Part[]): string => parts.map((part) => (part.thought ? '' : (part.text ?? ''))).join('')
