import type { Extra } from '../../hub.ts'
import { arrayOf, isString, type JsonObject } from '../../json.ts'

/** How a field, named here in camelCase, is spelled in the body that is being written. */
export type Spelling = (name: string) => string

export const camelCase: Spelling = (name) => name

/** The names are ours, so there are few; each is converted once. */
const snakeNames = new Map<string, string>()

export function snakeOf(name: string): string {
  let snake = snakeNames.get(name)
  if (snake === undefined) {
    snake = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
    snakeNames.set(name, snake)
  }
  return snake
}

const spellingWith = (snake: ReadonlySet<string>): Spelling => {
  return (name) => (snake.has(name) ? snakeOf(name) : name)
}

/**
 * The spelling of requests that come from another dialect. Google takes both cases everywhere; this mixture is what
 * LiteLLM 1.106.2 sends and what recorded tests compare (oracle gemini/*, 2026-11-22).
 */
export const upstreamSpelling: Spelling = spellingWith(
  new Set([
    'systemInstruction',
    'inlineData',
    'fileData',
    'mimeType',
    'fileUri',
    'functionCall',
    'functionResponse',
    'functionDeclarations',
    'allowedFunctionNames',
    'maxOutputTokens',
    'stopSequences',
    'candidateCount',
    'topP',
    'topK',
    'presencePenalty',
    'frequencyPenalty',
    'responseMimeType',
    'responseSchema',
    'responseJsonSchema',
    'codeExecution',
    'urlContext',
    'mediaResolution',
  ]),
)

/**
 * The spelling that a Gemini request was read in: its `$snake` note lists the fields it wrote in snake_case. A body
 * that spells one field both ways is written in camelCase.
 */
export const spellingOf = (own: JsonObject): Spelling => {
  const snake = arrayOf(own.$snake).filter(isString)
  return snake.length === 0 ? camelCase : spellingWith(new Set(snake))
}

/** What this dialect noted of a request or block it read itself; other dialects' notes are not ours to write. */
export const ownFields = (extra: Extra | undefined): JsonObject | undefined =>
  extra !== undefined && extra.dialect === 'gemini' ? extra.fields : undefined

/** The wire fields among them: `$` names are notes on the shape. */
export function wireFields(own: JsonObject | undefined): JsonObject {
  const out: JsonObject = {}
  if (own !== undefined) for (const key in own) if (!key.startsWith('$')) out[key] = own[key]
  return out
}

/** The said fields of an object, in the spelling of the body. */
export function spelled(spelling: Spelling, fields: JsonObject): JsonObject {
  const out: JsonObject = {}
  for (const name in fields) if (fields[name] !== undefined) out[spelling(name)] = fields[name]
  return out
}

/** `{extra}` when there is something to keep, `{}` otherwise. */
export function kept(fields: JsonObject | undefined): { extra?: Extra } {
  if (fields === undefined) return {}
  for (const _key in fields) return { extra: { dialect: 'gemini', fields } }
  return {}
}
