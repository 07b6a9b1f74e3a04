import type { OutputFormat, Reasoning, Tool, ToolChoice } from '../../hub.ts'
import { isObject, isString, type JsonObject } from '../../json.ts'
import { defined, optionalBoolean, optionalObject, optionalObjects, optionalString, requiredString, wrong } from './check.ts'
import { hasKeys, ownExtra, restFields } from './notes.ts'

/** A hosted tool is kept whole. */
const hostedFields: ReadonlySet<string> = new Set()
const toolFields = new Set(['type', 'name', 'description', 'parameters', 'strict'])
const textFields = new Set(['format'])
const schemaFields = new Set(['type', 'name', 'schema', 'description', 'strict'])
const formatFields = new Set(['type'])
const reasoningFields = new Set(['effort', 'summary'])
const namedChoiceFields = new Set(['type', 'name'])
const allowedChoiceFields = new Set(['type', 'mode', 'tools'])

/** A setting as the hub has it, and the fields for the request's `extra` (under the wire's name, or a note). */
export interface Setting<T> {
  readonly value?: T
  readonly kept: JsonObject
}

const nothing = { kept: {} }

/** Functions are tools of the hub; every other type is a hosted tool, kept whole. */
export function readTool(tool: JsonObject, path: string): Tool {
  const type = requiredString(tool, 'type', path)
  if (type !== 'function') return { name: type, hosted: true, ...ownExtra(restFields(tool, hostedFields)) }
  const description = optionalString(tool, 'description', path)
  const schema = optionalObject(tool, 'parameters', path)
  const strict = optionalBoolean(tool, 'strict', path)
  return {
    name: requiredString(tool, 'name', path),
    ...defined<Tool>({ description, schema, strict }),
    ...ownExtra(restFields(tool, toolFields)),
  }
}

export function readToolChoice(body: JsonObject): Setting<ToolChoice> {
  const choice = body['tool_choice']
  if (choice === undefined || choice === null) return nothing
  if (choice === 'auto' || choice === 'none' || choice === 'required') return { value: { mode: choice }, kept: {} }
  if (!isObject(choice)) throw wrong('tool_choice', "'auto', 'none', 'required' or an object")
  const type = requiredString(choice, 'type', 'tool_choice')
  if (type === 'function') {
    const name = requiredString(choice, 'name', 'tool_choice')
    return { value: { mode: 'named', name }, kept: note('$toolChoice', restFields(choice, namedChoiceFields)) }
  }
  const names = type === 'allowed_tools' ? allowedNames(choice) : undefined
  // A hosted tool's choice, or a list that holds one: only this dialect understands it.
  if (names === undefined) return { kept: { tool_choice: choice } }
  const value: ToolChoice = { mode: 'allowed', names, required: choice['mode'] === 'required' }
  return { value, kept: note('$toolChoice', restFields(choice, allowedChoiceFields)) }
}

/** The names of a list that holds plain functions only. */
function allowedNames(choice: JsonObject): string[] | undefined {
  const mode = requiredString(choice, 'mode', 'tool_choice')
  if (mode !== 'auto' && mode !== 'required') throw wrong('tool_choice.mode', "'auto' or 'required'")
  const names: string[] = []
  for (const tool of optionalObjects(choice, 'tools', 'tool_choice') ?? []) {
    if (tool['type'] !== 'function' || !isString(tool['name']) || Object.keys(tool).length !== 2) return undefined
    names.push(tool['name'])
  }
  return names.length === 0 ? undefined : names
}

/** `text.format`; the rest of `text` (verbosity) is kept under its own name. */
export function readText(body: JsonObject): Setting<OutputFormat> {
  const text = optionalObject(body, 'text', '')
  if (text === undefined) return nothing
  const format = optionalObject(text, 'format', 'text')
  const rest = restFields(text, textFields)
  if (format === undefined) return { kept: { text: rest } }
  const type = requiredString(format, 'type', 'text.format')
  const read = readFormat(type, format)
  if (read === undefined) return { kept: { text: { ...rest, format } } }
  return { value: read.value, kept: { ...(hasKeys(rest) ? { text: rest } : {}), ...note('$format', read.rest) } }
}

function readFormat(type: string, format: JsonObject): { value: OutputFormat; rest: JsonObject } | undefined {
  switch (type) {
    case 'text':
      return { value: { type: 'text' }, rest: restFields(format, formatFields) }
    case 'json_object':
      return { value: { type: 'json' }, rest: restFields(format, formatFields) }
    case 'json_schema': {
      const path = 'text.format'
      const description = optionalString(format, 'description', path)
      const strict = optionalBoolean(format, 'strict', path)
      const schema = optionalObject(format, 'schema', path)
      if (schema === undefined) throw wrong('text.format.schema', 'a JSON Schema object')
      const name = requiredString(format, 'name', path)
      const more = defined<{ description: string; strict: boolean }>({ description, strict })
      return { value: { type: 'schema', name, schema, ...more }, rest: restFields(format, schemaFields) }
    }
    default:
      return undefined
  }
}

export function readReasoningSetting(body: JsonObject): Setting<Reasoning> {
  const reasoning = optionalObject(body, 'reasoning', '')
  if (reasoning === undefined) return nothing
  const effort = optionalString(reasoning, 'effort', 'reasoning')
  const summary = optionalString(reasoning, 'summary', 'reasoning')
  const rest = restFields(reasoning, reasoningFields)
  if (effort === undefined && summary === undefined) return { kept: { reasoning: rest } }
  return { value: defined<Reasoning>({ effort, summary }), kept: hasKeys(rest) ? { reasoning: rest } : {} }
}

const note = (name: string, fields: JsonObject): JsonObject => (hasKeys(fields) ? { [name]: fields } : {})
