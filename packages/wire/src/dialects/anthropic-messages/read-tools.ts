import type { Tool, ToolChoice } from '../../hub.ts'
import type { JsonObject } from '../../json.ts'
import { arrayAt, booleanAt, objectAt, optional, stringAt } from './check.ts'
import { marks } from './read-blocks.ts'
import { defined, keptFields, ownExtra, restOf } from './shape.ts'

const known = new Set(['type', 'name', 'description', 'input_schema', 'strict', 'cache_control'])

export function readTools(value: unknown, fields: JsonObject): readonly Tool[] {
  const tools = optional(arrayAt, value, 'tools')
  if (tools === undefined) return []
  fields.$tools = true
  return tools.map((item, index) => readTool(item, `tools.${index}`))
}

function readTool(value: unknown, path: string): Tool {
  const tool = objectAt(value, path)
  const type = optional(stringAt, tool.type, `${path}.type`)
  if (type !== undefined && type !== 'custom') {
    optional(stringAt, tool.name, `${path}.name`)
    return { name: type, hosted: true, extra: ownExtra(keptFields(tool)) }
  }
  return {
    name: stringAt(tool.name, `${path}.name`),
    schema: objectAt(tool.input_schema, `${path}.input_schema`),
    ...defined({
      description: optional(stringAt, tool.description, `${path}.description`),
      strict: optional(booleanAt, tool.strict, `${path}.strict`),
    }),
    ...marks(tool, known, path, type === undefined ? {} : { $type: type }),
  }
}

const choiceKnown = new Set(['type', 'name', 'disable_parallel_tool_use'])

/** `disable_parallel_tool_use` stands in the choice here and beside it in the hub. */
export function readToolChoice(value: unknown, fields: JsonObject): { toolChoice?: ToolChoice; parallelTools?: boolean } {
  const wire = optional(objectAt, value, 'tool_choice')
  if (wire === undefined) return {}
  const disable = optional(booleanAt, wire.disable_parallel_tool_use, 'tool_choice.disable_parallel_tool_use')
  const toolChoice = choiceOf(wire)
  if (toolChoice === undefined) {
    fields.tool_choice = wire
    return {}
  }
  const rest = restOf(wire, choiceKnown)
  if (wire.type !== 'tool' && wire.name !== undefined) rest.name = wire.name
  if (Object.keys(rest).length > 0) fields.$tool_choice = rest
  return { toolChoice, ...defined({ parallelTools: disable === undefined ? undefined : !disable }) }
}

function choiceOf(wire: JsonObject): ToolChoice | undefined {
  switch (stringAt(wire.type, 'tool_choice.type')) {
    case 'auto':
      return { mode: 'auto' }
    case 'any':
      return { mode: 'required' }
    case 'none':
      return { mode: 'none' }
    case 'tool':
      return { mode: 'named', name: stringAt(wire.name, 'tool_choice.name') }
    default:
      return undefined
  }
}
