import type { CallShape, Quirk, Target } from '@switchyard/core'
import { isObject, isString, objectsOf, type JsonObject } from '@switchyard/wire'
import { developerAsSystem, saysStream } from '../../tuning.ts'
import { scopeOf } from './scope.ts'

export function tuneWatsonx(target: Target, call: CallShape): readonly Quirk[] {
  // The codecs of these ask themselves.
  if (call.operation === 'embedding' || call.operation === 'transcription') return []
  const scope = Object.entries(scopeOf(target)).map(([field, value]): Quirk => ({ do: 'set', field, value }))
  return call.shape === 'openai-chat'
    ? [...developerAsSystem(call), ...choiceByName(call), ...plainTools(call), saysStream, ...scope]
    : scope
}

/** A word stands in a field of its own; a tool that is named stays where OpenAI has it. */
const choiceByName = (call: CallShape): readonly Quirk[] =>
  isString(call.field('tool_choice')) ? [{ do: 'rename', field: 'tool_choice', to: 'tool_choice_option' }] : []

/** Strictness, and schemas that are closed, are refused (native-wire facts §10, 2026-11-22). */
const plainTools = (call: CallShape): readonly Quirk[] =>
  objectsOf(call.field('tools')).length > 0 && (call.mayContain('additionalProperties') || call.mayContain('strict'))
    ? [{ do: 'edit', name: 'plain-tools', edit: (body) => ({ ...body, tools: objectsOf(body['tools']).map(plainTool) }) }]
    : []

function plainTool(tool: JsonObject): JsonObject {
  const { function: definition } = tool
  if (!isObject(definition)) return tool
  const { strict: _strict, parameters, ...rest } = definition
  return { ...tool, function: { ...rest, ...(parameters === undefined ? {} : { parameters: openSchema(parameters) }) } }
}

function openSchema(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(openSchema)
  if (!isObject(schema)) return schema
  const { additionalProperties, ...rest } = schema
  const open = Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, openSchema(value)]))
  // A schema for further properties says more than that there may be some.
  return isObject(additionalProperties) ? { ...open, additionalProperties: openSchema(additionalProperties) } : open
}
