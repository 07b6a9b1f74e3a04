import type { CallShape, Quirk, Target } from '@switchyard/core'
import { fail, isObject, objectsOf, type GatewayError, type JsonObject } from '@switchyard/wire'

/** What most compatible providers need beyond their row. */
export const usualTune = (target: Target, call: CallShape): readonly Quirk[] =>
  call.shape === 'openai-chat' ? [...developerAsSystem(call), ...dropEffort(target, call)] : none

const none: readonly Quirk[] = []

/** With drop_params, models that are known not to reason are spared the wish; without, the provider's own answer is clearer. */
export function dropEffort({ traits }: Target, call: CallShape): readonly Quirk[] {
  if (!call.dropParams || traits.supports.size === 0 || traits.supports.has('reasoning')) return none
  return effortFields.filter((field) => call.field(field) !== undefined).map((field) => ({ do: 'drop', field }))
}

const effortFields = ['reasoning_effort', 'thinking'] as const

/** The role `developer` is OpenAI's alone; elsewhere it is `system`. A body without one keeps its bytes. */
function developerAsSystem(call: CallShape): readonly Quirk[] {
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
