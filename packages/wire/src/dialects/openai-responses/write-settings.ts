import type { ModelTraits } from '../../dialect.ts'
import type { ChatRequest, OutputFormat, Reasoning, Tool, ToolChoice } from '../../hub.ts'
import { objectOf, type JsonObject } from '../../json.ts'
import { hasKeys, ownFields, wireObject } from './notes.ts'

export function writeTools(tools: readonly Tool[]): JsonObject[] {
  const out: JsonObject[] = []
  for (const tool of tools) {
    const written = tool.hosted ? writeHosted(tool) : writeFunction(tool)
    if (written !== undefined) out.push(written)
  }
  return out
}

function writeFunction(tool: Tool): JsonObject {
  const fields = ownFields(tool.extra)
  const { name, description, strict, schema } = tool
  if (fields !== undefined) return wireObject(fields, { type: 'function', name, description, parameters: schema, strict })
  // An absent `strict` means "strict where the schema allows it" here, and false elsewhere (openai-node 6.49, 2026-11-22).
  const parameters = schema ?? { type: 'object', properties: {} }
  return wireObject(undefined, { type: 'function', name, description, parameters, strict: strict ?? false })
}

/** Other dialects' hosted tools by what they do; those that OpenAI does not host are left out. */
function writeHosted(tool: Tool): JsonObject | undefined {
  const fields = ownFields(tool.extra)
  if (fields !== undefined) return wireObject(fields, {})
  const name = tool.name.toLowerCase()
  if (/web_?search|google_?search/.test(name)) return { type: 'web_search' }
  if (/code_?execution|code_?interpreter/.test(name)) return { type: 'code_interpreter', container: { type: 'auto' } }
  return undefined
}

export function writeToolChoice(choice: ToolChoice | undefined, note: unknown): unknown {
  switch (choice?.mode) {
    case undefined:
      return undefined
    case 'auto':
    case 'none':
    case 'required':
      return choice.mode
    case 'named':
      return wireObject(objectOf(note), { type: 'function', name: choice.name })
    case 'allowed': {
      const tools = choice.names.map((name) => ({ type: 'function', name }))
      return wireObject(objectOf(note), { type: 'allowed_tools', mode: choice.required ? 'required' : 'auto', tools })
    }
  }
}

/** The `text` object: the format, and what else this dialect kept of it. */
export function writeText(request: ChatRequest): JsonObject | undefined {
  const fields = ownFields(request.extra)
  const kept = objectOf(fields?.['text'])
  if (request.format === undefined) return kept === undefined ? undefined : wireObject(kept, {})
  return wireObject(kept, { format: writeFormat(request.format, objectOf(fields?.['$format'])) })
}

function writeFormat(format: OutputFormat, note: JsonObject | undefined): JsonObject {
  switch (format.type) {
    case 'text':
      return wireObject(note, { type: 'text' })
    case 'json':
      return wireObject(note, { type: 'json_object' })
    case 'schema': {
      const { name, schema, description, strict } = format
      return wireObject(note, { type: 'json_schema', name, schema, description, strict })
    }
  }
}

export function writeReasoningSetting(request: ChatRequest, traits: ModelTraits): JsonObject | undefined {
  const kept = objectOf(ownFields(request.extra)?.['reasoning'])
  if (request.reasoning === undefined) return kept === undefined ? undefined : wireObject(kept, {})
  const { summary } = request.reasoning
  const written = wireObject(kept, {
    effort: effortOf(request.reasoning, traits),
    summary: summary === 'none' ? undefined : summary,
  })
  return hasKeys(written) ? written : undefined
}

/** The highest level whose usual budget is not above the given one (native-wire facts §0.4, 2026-11-22). */
const levels: readonly (readonly [effort: string, budget: number])[] = [
  ['max', 16384],
  ['xhigh', 8192],
  ['high', 4096],
  ['medium', 2048],
  ['low', 1024],
]

function effortOf(reasoning: Reasoning, traits: ModelTraits): string | undefined {
  if (reasoning.effort !== undefined) return reasoning.effort
  const { budget } = reasoning
  if (budget === undefined) return undefined
  const has = (effort: string): boolean => traits.reasoningLevels?.includes(effort) ?? (effort !== 'max' && effort !== 'xhigh')
  // Older models cannot switch thinking off: for them the least they have.
  if (budget <= 0) return traits.reasoningLevels === undefined || has('none') ? 'none' : (traits.reasoningLevels[0] ?? 'minimal')
  for (const [effort, floor] of levels) if (budget >= floor && has(effort)) return effort
  return has('minimal') ? 'minimal' : 'low'
}
