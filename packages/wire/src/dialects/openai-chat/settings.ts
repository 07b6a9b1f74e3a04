import type { ModelTraits } from '../../dialect.ts'
import type { OutputFormat, Reasoning, Sampling } from '../../hub.ts'
import { isObject, isString, numberOf, stringOf, type JsonObject } from '../../json.ts'
import { given, isBoolean, isNumber, take } from './notes.ts'

/** `tag: value` pairs of Sampling that have the same type on the wire. */
const numbers = [
  ['temperature', 'temperature'],
  ['topP', 'top_p'],
  ['topK', 'top_k'],
  ['seed', 'seed'],
  ['frequencyPenalty', 'frequency_penalty'],
  ['presencePenalty', 'presence_penalty'],
  ['n', 'n'],
  ['topLogprobs', 'top_logprobs'],
] as const

const isStrings = (value: unknown): value is string[] => Array.isArray(value) && value.every(isString)

export function takeSampling(rest: JsonObject, notes: JsonObject): Sampling {
  const taken: { -readonly [K in keyof Sampling]: Sampling[K] } = {}
  for (const [key, field] of numbers) {
    const value = take(rest, field, isNumber)
    if (value !== undefined) taken[key] = value
  }
  const modern = take(rest, 'max_completion_tokens', isNumber)
  const old = take(rest, 'max_tokens', isNumber)
  if (modern !== undefined) notes.$max = old === undefined ? 'max_completion_tokens' : 'both'
  if (modern !== undefined && old !== undefined) notes.$max_tokens = old
  const stop = take(rest, 'stop', isString)
  if (stop !== undefined) notes.$stop = 'string'
  return {
    ...taken,
    ...given('maxTokens', modern ?? old),
    ...given('stop', stop === undefined ? take(rest, 'stop', isStrings) : [stop]),
    ...given('logprobs', take(rest, 'logprobs', isBoolean)),
    ...given('logitBias', take(rest, 'logit_bias', isObject)),
  }
}

/**
 * Foreign limits are written as `max_tokens`, which every compatible provider takes; the rows of those that want
 * `max_completion_tokens` rename it (recorded calls of the reference, 2026-11-22).
 */
export function writeSampling(sampling: Sampling, own: JsonObject | undefined): JsonObject {
  const out: JsonObject = {}
  for (const [key, field] of numbers) if (sampling[key] !== undefined) out[field] = sampling[key]
  if (sampling.maxTokens !== undefined) {
    const written = own?.$max
    if (written !== undefined) out.max_completion_tokens = sampling.maxTokens
    if (written !== 'max_completion_tokens') out.max_tokens = written === 'both' ? own?.$max_tokens : sampling.maxTokens
  }
  const { stop, logprobs, logitBias } = sampling
  if (stop !== undefined && (stop.length > 0 || own !== undefined))
    out.stop = own?.$stop === 'string' && stop.length === 1 ? stop[0] : stop
  if (logprobs !== undefined) out.logprobs = logprobs
  if (logitBias !== undefined) out.logit_bias = logitBias
  return out
}

/** A form with fields that the hub has no place for is noted whole, and written again as long as it still says the same. */
export function readFormat(format: unknown): OutputFormat | undefined {
  if (!isObject(format)) return undefined
  if (format.type === 'text') return { type: 'text' }
  if (format.type === 'json_object') return { type: 'json' }
  const inner = format.json_schema
  if (format.type !== 'json_schema' || !isObject(inner) || !isString(inner.name)) return undefined
  const { name, schema, description, strict } = inner
  return {
    type: 'schema',
    name,
    schema: isObject(schema) ? schema : {},
    ...given('description', stringOf(description)),
    ...given('strict', isBoolean(strict) ? strict : undefined),
  }
}

export function writeFormat(format: OutputFormat): JsonObject {
  if (format.type === 'text') return { type: 'text' }
  if (format.type === 'json') return { type: 'json_object' }
  const { name, schema, description, strict } = format
  return { type: 'json_schema', json_schema: { name, schema, ...given('description', description), ...given('strict', strict) } }
}

const budgets = [
  ['minimal', 128],
  ['low', 1024],
  ['medium', 2048],
  ['high', 4096],
  ['xhigh', 8192],
  ['max', 16384],
] as const

/** The three ways to ask for thinking: OpenAI's effort, Anthropic's `thinking` (through LiteLLM), OpenRouter's `reasoning`. */
export const reasoningFields = ['reasoning_effort', 'thinking', 'reasoning'] as const

export function readReasoning(body: JsonObject): Reasoning | undefined {
  const { reasoning_effort: effort, thinking, reasoning } = body
  const dial = isObject(effort) ? effort : isObject(reasoning) ? reasoning : {}
  const found: Reasoning = {
    ...given('effort', stringOf(effort) ?? stringOf(dial.effort) ?? (dial.enabled === false ? 'none' : undefined)),
    ...given('budget', budgetOf(thinking) ?? numberOf(dial.max_tokens)),
    ...(isObject(thinking) && thinking.type !== 'disabled' && budgetOf(thinking) === undefined ? { adaptive: true } : {}),
    ...given('summary', stringOf(dial.summary)),
  }
  return Object.keys(found).length === 0 ? undefined : found
}

function budgetOf(thinking: unknown): number | undefined {
  if (!isObject(thinking)) return undefined
  return thinking.type === 'disabled' ? 0 : numberOf(thinking.budget_tokens)
}

/** `reasoning_effort` for what another dialect asked; a budget becomes the highest level that it pays for. */
export function effortOf({ effort, budget }: Reasoning, traits: ModelTraits): string | undefined {
  if (effort !== undefined || budget === undefined) return effort
  const levels = traits.reasoningLevels
  if (budget === 0) return levels === undefined || levels.includes('none') ? 'none' : levels[0]
  const possible = budgets.filter(([level]) => (levels ?? ['low', 'medium', 'high']).includes(level))
  return (possible.findLast(([, tokens]) => tokens <= budget) ?? possible[0])?.[0]
}
