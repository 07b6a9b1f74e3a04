import { isObject, numberOf, objectOf, objectsOf, stringOf, type JsonObject } from '../../json.ts'
import { makeUsage, type Usage } from '../../usage.ts'

/**
 * The usage of a reply. `input_tokens` and `output_tokens` already include their details. Searches are counted from the
 * output, for they are billed per call and stand nowhere else.
 */
export function readUsage(reply: JsonObject): Usage | undefined {
  const usage = objectOf(reply['usage'])
  if (usage === undefined) return undefined
  const input = objectOf(usage['input_tokens_details'])
  const output = objectOf(usage['output_tokens_details'])
  const cached = objectOf(input?.['cached_tokens_details'])
  const tier = stringOf(reply['service_tier'])
  const cost = numberOf(usage['cost']) ?? numberOf(objectOf(usage['cost'])?.['total_cost'])
  return makeUsage({
    input: count(usage, 'input_tokens'),
    output: count(usage, 'output_tokens'),
    cacheRead: count(input, 'cached_tokens'),
    cacheWrite: count(input, 'cache_write_tokens'),
    inputAudio: count(input, 'audio_tokens'),
    inputImage: count(input, 'image_tokens'),
    inputVideo: count(input, 'video_tokens'),
    cacheReadAudio: count(cached, 'audio_tokens'),
    reasoning: count(output, 'reasoning_tokens'),
    outputAudio: count(output, 'audio_tokens'),
    outputImage: count(output, 'image_tokens'),
    webSearches: searchesOf(reply),
    ...(tier === undefined ? {} : { serviceTier: tier }),
    ...(cost === undefined ? {} : { statedCostUsd: cost }),
  })
}

const count = (from: JsonObject | undefined, field: string): number => numberOf(from?.[field]) ?? 0

/** Only the action `search` costs a tool call (OpenAI's web search guide, as quoted in its forum, read 2026-11-22). */
const searchesOf = (reply: JsonObject): number =>
  objectsOf(reply['output']).filter((item) => item['type'] === 'web_search_call' && isSearch(item['action'])).length

const isSearch = (action: unknown): boolean => !isObject(action) || action['type'] === undefined || action['type'] === 'search'

/** Usage as OpenAI prints it, with the text's share, which LiteLLM's clients know (recorded with 1.106.2, 2026-11-22). */
export function writeUsage(usage: Usage): JsonObject {
  const { input, output, cacheRead, cacheWrite } = usage
  const counted = cacheWrite > 0 || usage.countsCacheWrites === true
  return {
    input_tokens: input,
    input_tokens_details: {
      cached_tokens: cacheRead,
      ...(counted ? { cache_write_tokens: cacheWrite } : {}),
      text_tokens: Math.max(input - cacheRead - cacheWrite - usage.inputAudio - usage.inputImage - usage.inputVideo, 0),
    },
    output_tokens: output,
    output_tokens_details: {
      reasoning_tokens: usage.reasoning,
      text_tokens: Math.max(output - usage.reasoning - usage.outputAudio - usage.outputImage, 0),
    },
    total_tokens: input + output,
  }
}

export function sameUsage(a: Usage, b: Usage): boolean {
  const left: Readonly<Record<string, unknown>> = { ...a }
  const right: Readonly<Record<string, unknown>> = { ...b }
  const keys = new Set([...Object.keys(left), ...Object.keys(right)])
  for (const key of keys) if (left[key] !== right[key]) return false
  return true
}
