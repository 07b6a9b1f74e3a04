import type { Tool, ToolChoice } from '../../hub.ts'
import type { JsonObject } from '../../json.ts'
import type { Fields } from './fields.ts'
import { fromOpenApi } from './schema.ts'

/**
 * `tools`: each item holds function declarations, hosted tools, or both. The hub's list is flat; the note `$group` says
 * which item a tool stood in.
 */
export function readTools(items: readonly Fields[]): Tool[] {
  const tools: Tool[] = []
  items.forEach((item, group) => {
    const declarations = item.items('functionDeclarations')
    for (const declaration of declarations ?? []) {
      const tool = readDeclaration(declaration, group)
      if (tool !== undefined) tools.push(tool)
    }
    const hosted = item.rest()
    for (const name in hosted) tools.push(hostedTool(name, { [name]: hosted[name] }, group))
    if (declarations?.length === 0) tools.push(hostedTool('none', { functionDeclarations: [] }, group))
    else if (declarations === undefined && hosted === undefined) tools.push(hostedTool('none', {}, group))
  })
  return tools
}

const hostedTool = (name: string, fields: JsonObject, group: number): Tool => ({
  name,
  hosted: true,
  extra: { dialect: 'gemini', fields: { ...fields, $group: group } },
})

function readDeclaration(declaration: Fields, group: number): Tool | undefined {
  const name = declaration.string('name')
  if (name === undefined) return declaration.missing('name', 'a string')
  const description = declaration.string('description')
  const json = declaration.object('parametersJsonSchema')
  const parameters = json === undefined ? declaration.object('parameters') : undefined
  const schema = json ?? (parameters === undefined ? undefined : fromOpenApi(parameters))
  return {
    name,
    ...(description === undefined ? {} : { description }),
    ...(schema === undefined ? {} : { schema }),
    extra: {
      dialect: 'gemini',
      fields: {
        ...declaration.rest(),
        $group: group,
        ...(json === undefined ? {} : { $json: true }),
        ...(parameters === undefined ? {} : { $parameters: parameters }),
      },
    },
  }
}

/** The choice, and the mode's word where the hub's choice does not tell it. A word that is not known travels as it is. */
export function readToolChoice(calling: Fields): { choice?: ToolChoice; mode?: string } {
  const mode = calling.peek('mode')
  const names = calling.peek('allowedFunctionNames')
  const named = Array.isArray(names) && names.length > 0
  switch (mode) {
    case 'AUTO':
    case 'MODE_UNSPECIFIED':
    case 'VALIDATED':
      calling.string('mode')
      if (named) return noted(allowed(calling, false), mode === 'VALIDATED' ? undefined : mode)
      return noted({ mode: 'auto' }, mode === 'AUTO' ? undefined : mode)
    case 'NONE':
      calling.string('mode')
      return { choice: { mode: 'none' } }
    case 'ANY':
      calling.string('mode')
      return { choice: named ? allowed(calling, true) : { mode: 'required' } }
    default:
      if (mode !== undefined && typeof mode !== 'string') calling.string('mode')
      return {}
  }
}

const noted = (choice: ToolChoice, mode: string | undefined): { choice: ToolChoice; mode?: string } =>
  mode === undefined ? { choice } : { choice, mode }

function allowed(calling: Fields, required: boolean): ToolChoice {
  const names = calling.strings('allowedFunctionNames') ?? []
  const [name] = names
  return required && name !== undefined && names.length === 1 ? { mode: 'named', name } : { mode: 'allowed', names, required }
}
