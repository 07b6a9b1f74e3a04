import type { Tool, ToolChoice } from '../../hub.ts'
import { isObject, objectOf, type JsonObject } from '../../json.ts'
import { mixesTools, searchWish } from './from-chat.ts'
import { hostedNameOf, hostedSettings, placeOf } from './hosted-tools.ts'
import { fromOpenApi, toOpenApi } from './schema.ts'
import { ownFields, spelled, wireFields } from './spelling.ts'
import { same } from './same.ts'
import type { WriteContext } from './write-request.ts'

/** Declarations share one item and each hosted tool has its own; tools that were read from Gemini keep their item. */
export function writeTools(context: WriteContext): JsonObject[] | undefined {
  const tools = [...context.request.tools, ...searchWish(context.request)]
  const excludes = tools.some((tool) => !tool.hosted) && !mixesTools(context.request)
  const items = new Map<unknown, JsonObject>()
  for (const tool of tools) {
    const own = ownFields(tool.extra)
    // Before Gemini 3 search and functions exclude each other; the functions are what the caller wrote.
    if (tool.hosted && own === undefined && excludes && hostedNameOf(tool) !== 'computerUse') continue
    const written = tool.hosted ? writeHosted(tool, own, context) : undefined
    if (tool.hosted && written === undefined) continue
    const key = own?.$group ?? (tool.hosted ? tool : 'functions')
    let item = items.get(key)
    if (item === undefined) items.set(key, (item = {}))
    if (written === undefined) declarationsOf(item, context).push(writeDeclaration(tool, own, context))
    else Object.assign(item, written)
  }
  return items.size > 0 || context.own?.$noTools === true ? [...items.values()] : undefined
}

function declarationsOf(item: JsonObject, context: WriteContext): unknown[] {
  const key = context.spelling('functionDeclarations')
  const list = item[key]
  if (Array.isArray(list)) return list
  const fresh: unknown[] = []
  item[key] = fresh
  return fresh
}

function writeHosted(tool: Tool, own: JsonObject | undefined, context: WriteContext): JsonObject | undefined {
  if (own === undefined) {
    const name = hostedNameOf(tool)
    return name === undefined ? undefined : { [context.spelling(name)]: hostedSettings(tool, name) }
  }
  const { functionDeclarations, ...fields } = wireFields(own)
  return functionDeclarations === undefined
    ? fields
    : { ...fields, [context.spelling('functionDeclarations')]: functionDeclarations }
}

function writeDeclaration(tool: Tool, own: JsonObject | undefined, context: WriteContext): JsonObject {
  return {
    ...wireFields(own),
    ...spelled(context.spelling, {
      name: context.toolName(tool.name),
      description: tool.description,
      ...writeParameters(tool, own),
    }),
  }
}

function writeParameters(tool: Tool, own: JsonObject | undefined): JsonObject {
  const { schema } = tool
  if (schema === undefined) return {}
  if (own?.$json === true) return { parametersJsonSchema: schema }
  const original = objectOf(own?.$parameters)
  if (original !== undefined && same(fromOpenApi(original), schema)) return { parameters: original }
  const parameters = toOpenApi(schema)
  // A schema that refers to itself can only be said in JSON Schema.
  if (parameters === undefined) return { parametersJsonSchema: schema }
  const properties = objectOf(parameters.properties)
  if (properties !== undefined && Object.keys(properties).length > 0) return { parameters }
  // An object without properties is refused; no parameters mean the same, unless any name is allowed.
  return isObject(schema.additionalProperties) ? { parametersJsonSchema: schema } : {}
}

export function writeToolConfig(context: WriteContext): JsonObject | undefined {
  const { own, request, spelling } = context
  const rest = objectOf(own?.toolConfig)
  const callingRest = objectOf(own?.$functionCallingConfig)
  const choice = request.toolChoice === undefined ? undefined : writeChoice(request.toolChoice, context)
  const includeServerSideToolInvocations = mixesTools(request) ? true : undefined
  const retrievalConfig = own === undefined ? placeOf(request.tools) : undefined
  if ([rest, callingRest, choice, includeServerSideToolInvocations, retrievalConfig].every((part) => part === undefined))
    return undefined
  const calling = callingRest === undefined && choice === undefined ? undefined : { ...callingRest, ...choice }
  return { ...rest, ...spelled(spelling, { functionCallingConfig: calling, includeServerSideToolInvocations, retrievalConfig }) }
}

function writeChoice(choice: ToolChoice, { own, spelling, toolName }: WriteContext): JsonObject {
  const note = own?.$mode
  switch (choice.mode) {
    case 'auto':
      return { mode: note === 'VALIDATED' || note === 'MODE_UNSPECIFIED' ? note : 'AUTO' }
    case 'none':
      return { mode: 'NONE' }
    case 'required':
      return { mode: 'ANY' }
    case 'named':
      return spelled(spelling, { mode: 'ANY', allowedFunctionNames: [toolName(choice.name)] })
    case 'allowed': {
      // VALIDATED lets the model answer in words or call, and takes a list; AUTO takes none.
      const free = note === 'AUTO' || note === 'MODE_UNSPECIFIED' ? note : 'VALIDATED'
      return spelled(spelling, { mode: choice.required ? 'ANY' : free, allowedFunctionNames: choice.names.map(toolName) })
    }
  }
}
