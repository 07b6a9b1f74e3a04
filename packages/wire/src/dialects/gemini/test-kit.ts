import { readdirSync, readFileSync } from 'node:fs'
import type { Echo, ModelTraits } from '../../dialect.ts'
import { fail } from '../../errors.ts'
import type { ChatRequest } from '../../hub.ts'
import { isObject, parseJson, type JsonObject } from '../../json.ts'

const folder = new URL('../../../../../fixtures/dialects/gemini/', import.meta.url)

/** Names of the fixtures that end so: `plain` for `plain.request.json`. */
export const casesOf = (ending: string): string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith(ending))
    .map((name) => name.slice(0, -ending.length))

export const textOf = (name: string): string => readFileSync(new URL(name, folder), 'utf8')

export function jsonOf(name: string): JsonObject {
  const value = parseJson(textOf(name))
  if (!isObject(value)) throw fail('internal', `${name} is not a JSON object`)
  return value
}

export const traitsOf = (id: string): ModelTraits => ({ id, supports: new Set(), lacks: new Set() })

export const emptyRequest: ChatRequest = { model: 'm', stream: false, system: [], turns: [], tools: [], sampling: {} }

export const echoOf = (model: string): Echo => ({ model, request: emptyRequest, callId: 'call-uuid', now: 1_780_000_000 })
