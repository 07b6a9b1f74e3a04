/** What every client library can do, said once, so that one test drives them all. */
export interface Driver {
  readonly name: string
  say(options: SayOptions): Promise<Said>
  /** Asks with a tool on the table, answers its call, and asks again with the whole conversation. */
  useTool(options: ToolOptions): Promise<ToolRound>
  /** An answer that must follow `answerSchema`. */
  structured(model: string): Promise<unknown>
  /** Reads a few pieces of an endless stream, then leaves. */
  leave(model: string): Promise<void>
}

export interface Connection {
  readonly url: string
  readonly key: string
}

export interface SayOptions {
  readonly model: string
  readonly text: string
  readonly stream: boolean
}

export interface Said {
  readonly text: string
  readonly input: number
  readonly output: number
  /** The client library's own word. */
  readonly stop: string
}

export interface ToolOptions {
  readonly model: string
  readonly stream: boolean
}

export interface ToolRound {
  readonly name: string
  readonly input: unknown
  readonly stop: string
  readonly text: string
}

export const toolName = 'get_weather'
export const toolSchema = {
  type: 'object' as const,
  properties: { city: { type: 'string' }, days: { type: 'integer' } },
  required: ['city', 'days'],
  additionalProperties: false,
}
export const toolQuestion = `call ${toolName} {"city":"Zürich","days":2}`
export const toolAnswer = 'sunny'

export const answerSchema = {
  type: 'object' as const,
  properties: { title: { type: 'string' }, count: { type: 'integer' }, tags: { type: 'array', items: { type: 'string' } } },
  required: ['title', 'count', 'tags'],
  additionalProperties: false,
}

export const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
