import type { CallShape, Quirk, Target } from '@switchyard/core'
import { fail, isObject, objectsOf, type GatewayError, type JsonObject } from '@switchyard/wire'

/** What most compatible providers need beyond their row. */
export const usualTune = (target: Target, call: CallShape): readonly Quirk[] =>
  call.shape === 'openai-chat'
    ? [...developerAsSystem(call), ...withoutEffort(target, call), ...withoutTools(target, call)]
    : none

const none: readonly Quirk[] = []

/** For providers that are told that a call does not stream, too (recorded with LiteLLM 1.106.2, 2026-11-22). */
export const saysStream: Quirk = { do: 'default', field: 'stream', value: false }

/** Models of the catalog that do not reason are not asked to; of the others only their provider knows. */
export const withoutEffort = (target: Target, call: CallShape): readonly Quirk[] =>
  target.traits.supports.size === 0 || target.traits.supports.has('reasoning') ? none : without(target, call, effortFields)

/** Models that the catalog says cannot call tools are not given any. */
const withoutTools = (target: Target, call: CallShape): readonly Quirk[] =>
  target.traits.lacks.has('function_calling') ? without(target, call, toolFields) : none

const toolFields = ['tools', 'tool_choice', 'parallel_tool_calls'] as const

const effortFields = ['reasoning_effort', 'thinking'] as const

/** The role `developer` is OpenAI's alone; elsewhere it is `system`. A body without one keeps its bytes. */
export function developerAsSystem(call: CallShape): readonly Quirk[] {
  if (!call.mayContain('developer')) return none
  return objectsOf(call.field('messages')).some((message) => message['role'] === 'developer') ? [systemForDeveloper] : none
}

const systemForDeveloper: Quirk = {
  do: 'edit',
  name: 'developer-as-system',
  edit: (body) => mapMessages(body, (message) => (message['role'] === 'developer' ? { ...message, role: 'system' } : message)),
}

export const mapMessages = (body: JsonObject, change: (message: JsonObject) => JsonObject): JsonObject =>
  Array.isArray(body['messages'])
    ? { ...body, messages: body['messages'].map((message: unknown) => (isObject(message) ? change(message) : message)) }
    : body

/** Participant names stay on messages of these roles only, for providers that refuse them elsewhere. A body without one keeps its bytes. */
export function namesOnlyOn(roles: readonly string[], call: CallShape): readonly Quirk[] {
  const misplaced = ({ role, name }: JsonObject): boolean => name !== undefined && !roles.some((one) => one === role)
  if (!objectsOf(call.field('messages')).some(misplaced)) return none
  const edit = (body: JsonObject): JsonObject =>
    mapMessages(body, (message) => {
      if (!misplaced(message)) return message
      const { name: _, ...rest } = message
      return rest
    })
  return [{ do: 'edit', name: `names-only-on-${roles.join('-')}-messages`, edit }]
}

/** True where the client gave the field; null counts as absent, as with OpenAI. */
export const given = (call: CallShape, field: string): boolean => (call.field(field) ?? undefined) !== undefined

/** What a model family does not take: left out with drop_params, else refused as a row's `refuses` would be. */
export function without(target: Target, call: CallShape, fields: readonly string[]): Quirk[] {
  const present = fields.filter((field) => given(call, field) && !call.allowedParams.includes(field))
  if (!call.dropParams && present[0] !== undefined) throw unsupported(target, present[0])
  return present.map((field) => ({ do: 'drop', field }))
}

/** The refusal of a field, or of one value of it. */
export function unsupported(target: Target, field: string, value?: unknown): GatewayError {
  const what = value === undefined ? `"${field}"` : `${field}=${JSON.stringify(value)}`
  return fail(
    'unsupported_params',
    `Model "${target.model}" does not take ${what}. Leave it out, or set drop_params: true to have it left out for you.`,
    { param: field },
  )
}
