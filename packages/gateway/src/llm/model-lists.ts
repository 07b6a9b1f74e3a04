import type { Deployment } from '@switchyard/core'
import { compact, fail, type GatewayError, type JsonObject } from '@switchyard/wire'
import type { Snapshot } from '../snapshot.ts'

/** The list of models as the APIs of other houses give it, in pages. */

const firstOf = ({ engine }: Snapshot, id: string): Deployment | undefined => engine.models.find(id)?.deployments[0]

/** What a client shows when the day is not known: the API's own word for that (docs.anthropic.com/en/api/models-list, 2026-11-22). */
const unknownDay = '1970-01-01T00:00:00Z'

export function anthropicModel(snapshot: Snapshot, id: string): JsonObject {
  const { facts } = firstOf(snapshot, id) ?? {}
  return {
    type: 'model',
    id,
    display_name: id,
    created_at: unknownDay,
    max_input_tokens: facts?.maxInput ?? null,
    max_tokens: facts?.maxOutput ?? null,
  }
}

/** Its pages go by the ids at their ends; 20 models unless it is told otherwise, 1,000 at most (the same page). */
export function anthropicModels(snapshot: Snapshot, ids: readonly string[], query: URLSearchParams): JsonObject {
  const limit = pageSize(query, 'limit', { usual: 20, most: 1000 })
  const after = cursor(ids, query, 'after_id')
  const before = cursor(ids, query, 'before_id')
  if (after !== undefined && before !== undefined) throw wrong('before_id', 'after_id and before_id exclude each other.')
  const start = before === undefined ? (after ?? -1) + 1 : Math.max(0, before - limit)
  const end = before ?? Math.min(ids.length, start + limit)
  const page = ids.slice(start, end)
  return {
    data: page.map((id) => anthropicModel(snapshot, id)),
    has_more: before === undefined ? end < ids.length : start > 0,
    first_id: page[0] ?? null,
    last_id: page.at(-1) ?? null,
  }
}

const chatMethods = ['generateContent', 'streamGenerateContent', 'countTokens']

export function geminiModel(snapshot: Snapshot, id: string): JsonObject {
  const { facts } = firstOf(snapshot, id) ?? {}
  return compact({
    name: `models/${id}`,
    version: '001',
    displayName: id,
    inputTokenLimit: facts?.maxInput,
    outputTokenLimit: facts?.maxOutput,
    supportedGenerationMethods: facts === undefined || facts.mode === 'chat' ? chatMethods : [],
  })
}

/** 50 models unless it is told otherwise; more than 1,000 are 1,000 (ai.google.dev/api/rest/v1/models/list, 2026-11-22). */
export function geminiModels(snapshot: Snapshot, ids: readonly string[], query: URLSearchParams): JsonObject {
  const size = pageSize(query, 'pageSize', { usual: 50, most: Number.MAX_SAFE_INTEGER })
  const start = (cursor(ids, query, 'pageToken') ?? -1) + 1
  const page = ids.slice(start, start + Math.min(1000, size))
  const last = start + page.length < ids.length ? page.at(-1) : undefined
  return compact({ models: page.map((id) => geminiModel(snapshot, id)), nextPageToken: last })
}

const wrong = (param: string, message: string): GatewayError => fail('bad_request', message, { param })

interface PageSizes {
  readonly usual: number
  readonly most: number
}

function pageSize(query: URLSearchParams, name: string, { usual, most }: PageSizes): number {
  const text = query.get(name)
  if (text === null || text === '') return usual
  const size = Number(text)
  if (Number.isSafeInteger(size) && size >= 1 && size <= most) return size
  throw wrong(name, `"${name}" must be a whole number from 1 to ${most}.`)
}

/** Where the model stands that a page begins or ends at. */
function cursor(ids: readonly string[], query: URLSearchParams, name: string): number | undefined {
  const id = query.get(name)
  if (id === null || id === '') return undefined
  const at = ids.indexOf(id)
  if (at >= 0) return at
  throw wrong(name, `"${name}" is none of the models that this key may use.`)
}
