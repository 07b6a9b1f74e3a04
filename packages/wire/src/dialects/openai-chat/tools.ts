import type { Tool, ToolChoice } from '../../hub.ts'
import { isObject, isString, objectsOf, stringOf, type JsonObject } from '../../json.ts'
import { takeCache, writeCache } from './cache-mark.ts'
import { given, isBoolean, ownFields, someExtra, take, wireFields } from './notes.ts'

export function readTool(tool: JsonObject): Tool {
  const inner = tool.function
  const typed = tool.type === 'function'
  if (!isObject(inner) || (!typed && tool.type !== undefined)) {
    const name = stringOf(tool.type) ?? Object.keys(tool)[0] ?? ''
    return { name, hosted: true, extra: { dialect: 'openai-chat', fields: tool } }
  }
  const { type: _type, function: _function, ...rest } = tool
  const more: JsonObject = { ...inner }
  const notes: JsonObject = typed ? {} : { $untyped: true }
  const cache = takeCache(rest, notes)
  const definition = takeDefinition(more)
  if (Object.keys(more).length > 0) notes.$inner = more
  return { ...definition, ...cache, ...someExtra(rest, notes) }
}

/** An entry of the old `functions` list. */
export function readFunction(definition: JsonObject): Tool {
  const rest: JsonObject = { ...definition }
  return { ...takeDefinition(rest), ...someExtra(rest, { $legacy: true }) }
}

function takeDefinition(rest: JsonObject): Tool {
  return {
    name: take(rest, 'name', isString) ?? '',
    ...given('description', take(rest, 'description', isString)),
    ...given('schema', take(rest, 'parameters', isObject)),
    ...given('strict', take(rest, 'strict', isBoolean)),
  }
}

export const isLegacyTool = (tool: Tool): boolean => ownFields(tool.extra)?.$legacy === true

/** A tool as it stands in `tools` (or in `functions`); nothing for the hosted tool of another dialect. */
export function writeTool(tool: Tool, name: string, foreignCache: boolean): JsonObject | undefined {
  const own = ownFields(tool.extra)
  if (tool.hosted) return own
  const definition = {
    name,
    ...given('description', tool.description),
    ...given('parameters', tool.schema),
    ...given('strict', tool.strict),
  }
  if (isLegacyTool(tool)) return { ...definition, ...wireFields(own) }
  const inner = isObject(own?.$inner) ? own.$inner : {}
  const type = own?.$untyped === true ? {} : { type: 'function' }
  return { ...type, function: { ...inner, ...definition }, ...wireFields(own), ...writeCache(tool, foreignCache) }
}

const modes = new Set<unknown>(['auto', 'none', 'required'])
const isMode = (value: unknown): value is 'auto' | 'none' | 'required' => modes.has(value)

/** `any` is Mistral's word for `required`. What the hub has no mode for (a custom tool) stays an unknown field. */
export function readToolChoice(choice: unknown): ToolChoice | undefined {
  if (isMode(choice)) return { mode: choice }
  if (choice === 'any') return { mode: 'required' }
  if (!isObject(choice)) return undefined
  const named = choice.function
  if (choice.type === 'function' && isObject(named) && isString(named.name)) return { mode: 'named', name: named.name }
  const allowed = choice.allowed_tools
  if (choice.type !== 'allowed_tools' || !isObject(allowed)) return undefined
  const tools = objectsOf(allowed.tools)
  const names = tools.map((tool) => (isObject(tool.function) ? stringOf(tool.function.name) : undefined)).filter(isString)
  return names.length === tools.length && names.length > 0
    ? { mode: 'allowed', names, required: allowed.mode === 'required' }
    : undefined
}

export function writeToolChoice(choice: ToolChoice, nameOf: (name: string) => string): unknown {
  switch (choice.mode) {
    case 'named':
      return { type: 'function', function: { name: nameOf(choice.name) } }
    case 'allowed': {
      const tools = choice.names.map((name) => ({ type: 'function', function: { name: nameOf(name) } }))
      return { type: 'allowed_tools', allowed_tools: { mode: choice.required ? 'required' : 'auto', tools } }
    }
    case 'auto':
    case 'none':
    case 'required':
      return choice.mode
  }
}

/** OpenAI's `function_call`: a mode, or the name of the one function. */
export function readFunctionCall(choice: unknown): ToolChoice | undefined {
  if (choice === 'auto' || choice === 'none') return { mode: choice }
  return isObject(choice) && isString(choice.name) ? { mode: 'named', name: choice.name } : undefined
}

const legal = /^[\w-]{1,64}$/

/**
 * OpenAI takes names of letters, digits, `_` and `-`, at most 64. Names of other dialects (dots of MCP servers, longer
 * ones) are rewritten, each to a name of its own; the map tells how, and is undefined when all are right.
 */
export function renamedTools(tools: readonly Tool[]): ReadonlyMap<string, string> | undefined {
  if (tools.every((tool) => tool.hosted || legal.test(tool.name))) return undefined
  const taken = new Set(tools.map((tool) => tool.name))
  const names = new Map<string, string>()
  for (const { name, hosted } of tools) {
    if (hosted || legal.test(name)) continue
    const base = name.replace(/[^\w-]/g, '_').slice(0, 60) || 'tool'
    let written = base
    for (let i = 2; taken.has(written); i++) written = `${base}_${i}`
    taken.add(written)
    names.set(name, written)
  }
  return names
}
