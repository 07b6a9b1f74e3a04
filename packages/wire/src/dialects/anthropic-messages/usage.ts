import { numberOf, objectOf, objectsOf, stringOf, type JsonObject } from '../../json.ts'
import { makeUsage, type Usage } from '../../usage.ts'
import { defined } from './shape.ts'

/** The wire's `input_tokens` leave out what a cache gave or took; the hub's include it. */
export function readUsage(wire: JsonObject): Usage {
  const counts = billed(wire)
  const cacheRead = numberOf(counts.cache_read_input_tokens) ?? 0
  const creation = objectOf(counts.cache_creation)
  const written5m = numberOf(creation?.ephemeral_5m_input_tokens) ?? 0
  const cacheWrite1h = numberOf(creation?.ephemeral_1h_input_tokens) ?? 0
  const cacheWrite = Math.max(numberOf(counts.cache_creation_input_tokens) ?? 0, written5m + cacheWrite1h)
  return makeUsage({
    input: (numberOf(counts.input_tokens) ?? 0) + cacheRead + cacheWrite,
    output: numberOf(counts.output_tokens) ?? 0,
    cacheRead,
    cacheWrite,
    cacheWrite1h,
    reasoning: numberOf(objectOf(wire.output_tokens_details)?.thinking_tokens) ?? 0,
    webSearches: numberOf(objectOf(wire.server_tool_use)?.web_search_requests) ?? 0,
    countsCacheWrites: true,
    ...defined({ serviceTier: stringOf(wire.service_tier) }),
  })
}

const summed = ['input_tokens', 'output_tokens', 'cache_read_input_tokens', 'cache_creation_input_tokens'] as const

/** With compaction the totals of the last round stand on top and every round in `iterations`: all of them are billed. */
function billed(wire: JsonObject): JsonObject {
  const rounds = objectsOf(wire.iterations)
  if (rounds.length === 0) return wire
  const total: JsonObject = { cache_creation: sumCreation(rounds) }
  for (const key of summed) total[key] = rounds.reduce((sum, round) => sum + (numberOf(round[key]) ?? 0), 0)
  return total
}

function sumCreation(rounds: readonly JsonObject[]): JsonObject {
  const sum = (key: string): number =>
    rounds.reduce((total, round) => total + (numberOf(objectOf(round.cache_creation)?.[key]) ?? 0), 0)
  return {
    ephemeral_5m_input_tokens: sum('ephemeral_5m_input_tokens'),
    ephemeral_1h_input_tokens: sum('ephemeral_1h_input_tokens'),
  }
}

/** Usage of a stream comes in two parts; the later figures replace the earlier ones, null says nothing. */
export function mergeUsage(old: JsonObject | undefined, next: JsonObject): JsonObject {
  const out: JsonObject = { ...old }
  for (const key in next) if (next[key] !== null) out[key] = next[key]
  return out
}

/** The usual tier is not named: other providers' words for it differ. */
const tiers = new Set(['priority', 'batch'])

export function writeUsage(usage: Usage): JsonObject {
  const { serviceTier, cacheRead, cacheWrite, cacheWrite1h, reasoning, webSearches } = usage
  return {
    input_tokens: usage.input - cacheRead - cacheWrite,
    output_tokens: usage.output,
    cache_creation_input_tokens: cacheWrite,
    cache_read_input_tokens: cacheRead,
    ...defined({
      cache_creation:
        cacheWrite === 0
          ? undefined
          : { ephemeral_5m_input_tokens: cacheWrite - cacheWrite1h, ephemeral_1h_input_tokens: cacheWrite1h },
      output_tokens_details: reasoning === 0 ? undefined : { thinking_tokens: reasoning },
      server_tool_use: webSearches === 0 ? undefined : { web_search_requests: webSearches },
      service_tier: serviceTier !== undefined && tiers.has(serviceTier) ? serviceTier : undefined,
    }),
  }
}

/** Usage of a whole reply: where nothing was cached the counts are null, as for providers without a cache. */
function writeWhole(usage: Usage): JsonObject {
  const { cacheRead, cacheWrite } = usage
  return {
    ...writeUsage(usage),
    cache_creation_input_tokens: cacheWrite === 0 ? null : cacheWrite,
    cache_read_input_tokens: cacheRead === 0 ? null : cacheRead,
  }
}

/** The wire's own object as long as the figures are still those that were read from it. */
export function rewriteUsage(usage: Usage | undefined, wire: JsonObject | undefined): JsonObject {
  if (usage === undefined) return wire ?? { input_tokens: 0, output_tokens: 0 }
  if (wire !== undefined && sameUsage(readUsage(wire), usage)) return wire
  return writeWhole(usage)
}

function sameUsage(a: Usage, b: Usage): boolean {
  const fields = new Map<string, unknown>(Object.entries(a))
  const others = Object.entries(b)
  return others.length === fields.size && others.every(([key, value]) => fields.get(key) === value)
}
