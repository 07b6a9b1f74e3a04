import { arrayOf, isObject, objectOf, objectsOf, stringOf, type JsonObject } from '@switchyard/wire'

export interface AskedTool {
  readonly name: string
  readonly schema: JsonObject
}

/** What the fake models look at, read from any dialect. */
export interface Asked {
  readonly model: string
  readonly stream: boolean
  /** The text of the last user turn. */
  readonly text: string
  /** What the tools answered, when the last turn holds results. */
  readonly results: readonly string[]
  readonly tools: readonly AskedTool[]
  /** The one tool that must be called. */
  readonly forced?: string
  /** JSON Schema of the answer. */
  readonly schema?: JsonObject
  readonly reasons: boolean
  readonly images: number
}

export interface FakeCall {
  readonly id: string
  readonly name: string
  /** JSON text. */
  readonly input: string
}

export interface FakeUsage {
  readonly input: number
  readonly output: number
  readonly reasoning: number
  readonly cacheRead: number
}

/** What a fake model answers, before a dialect prints it. */
export interface Plan {
  /** No two answers have the same: clients join those that do to one. */
  readonly id: string
  readonly model: string
  readonly reasoning: string
  readonly text: string
  readonly calls: readonly FakeCall[]
  /** Undefined: the provider does not say. */
  readonly usage: FakeUsage | undefined
}

export const fakeReasoning = 'first think then answer'
/** Base64, because Gemini's signatures are bytes. */
export const fakeSignature = 'c2lnbmF0dXJlLW9mLXRoZS1mYWtl'

let made = 0

/** Words with the blanks behind them: the pieces of a stream. */
export const piecesOf = (text: string): readonly string[] => text.match(/\S+\s*/g) ?? []

/**
 * Same question, same answer. `call TOOL {json}` (one a line) calls tools, in a question as in a tool's result; `count N` counts
 * to N, a schema is answered by a sample of it, tool results and everything else are repeated.
 */
export function planFor(asked: Asked): Plan {
  const id = `fake${++made}`
  const called = asked.results.length > 0 ? callsIn(asked.results.join('\n'), asked.tools) : callsOf(asked)
  const calls = called.map((call, index) => ({ id: `call_${id}_${index + 1}`, ...call }))
  const reasoning = asked.reasons ? fakeReasoning : ''
  const text = calls.length > 0 ? '' : textOf(asked)
  const spoken = piecesOf(text).length + calls.reduce((sum, call) => sum + Math.ceil(call.input.length / 4), 0)
  const thought = piecesOf(reasoning).length
  const usage = { input: 7 + piecesOf(asked.text).length, output: spoken + thought, reasoning: thought, cacheRead: 0 }
  return { id, model: asked.model, reasoning, text, calls, usage }
}

function textOf({ text, results, schema, images }: Asked): string {
  if (results.length > 0) return `the tools said: ${results.join(' and ')}`
  if (schema !== undefined) return JSON.stringify(sampleOf(schema))
  const count = /^count (\d+)$/.exec(text)?.[1]
  if (count !== undefined) return Array.from({ length: Number(count) }, (_, index) => index + 1).join(' ')
  return `echo: ${text}${images > 0 ? ` with ${images} image(s)` : ''}`
}

function callsOf({ text, tools, forced }: Asked): readonly Omit<FakeCall, 'id'>[] {
  const forcedTool = tools.find((tool) => tool.name === forced)
  if (forcedTool !== undefined && !text.startsWith('call ')) {
    return [{ name: forcedTool.name, input: JSON.stringify(sampleOf(forcedTool.schema)) }]
  }
  return callsIn(text, tools)
}

const callsIn = (text: string, tools: readonly AskedTool[]): readonly Omit<FakeCall, 'id'>[] =>
  text.split('\n').flatMap((line) => {
    const [, name, input = '{}'] = /^call (\S+) ?(\{.*\})?$/.exec(line) ?? []
    return name !== undefined && tools.some((tool) => tool.name === name) ? [{ name, input }] : []
  })

/** A value that a schema allows; `root` is where its references point. */
export function sampleOf(schema: JsonObject, root: JsonObject = schema): unknown {
  const [first] = arrayOf(schema['enum'])
  if (first !== undefined) return first
  const [option] = objectsOf(schema['anyOf'])
  if (option !== undefined) return sampleOf(option, root)
  const name = /^#\/\$defs\/(.+)$/.exec(stringOf(schema['$ref']) ?? '')?.[1]
  if (name !== undefined) return sampleOf(objectOf(objectOf(root['$defs'])?.[name]) ?? {}, root)
  switch (String(arrayOf(schema['type'])[0] ?? schema['type']).toLowerCase()) {
    case 'string':
      return 'text'
    case 'integer':
    case 'number':
      return 1
    case 'boolean':
      return true
    case 'array':
      return isObject(schema['items']) ? [sampleOf(schema['items'], root)] : []
    case 'null':
      return null
    default:
      return Object.fromEntries(
        Object.entries(objectOf(schema['properties']) ?? {}).map(([property, inner]) => [
          property,
          sampleOf(objectOf(inner) ?? {}, root),
        ]),
      )
  }
}

/** The text of a string, or of parts with a `text`. */
export const textIn = (content: unknown): string =>
  stringOf(content) ??
  objectsOf(content)
    .map((part) => stringOf(part['text']) ?? '')
    .join('')
