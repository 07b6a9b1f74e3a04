import { makeUsage, numberOf, objectOf, objectsOf, stringOf, type JsonObject, type Usage } from '@switchyard/wire'

/** `inputTokens` leave out what a cache gave or took. `told`: fields of the model's own that were asked for. */
export function usageOf(wire: JsonObject, told: JsonObject | undefined, tier: unknown): Usage {
  const cacheRead = numberOf(wire['cacheReadInputTokens']) ?? numberOf(wire['cacheReadInputTokenCount']) ?? 0
  const cacheWrite = numberOf(wire['cacheWriteInputTokens']) ?? numberOf(wire['cacheWriteInputTokenCount']) ?? 0
  const anHour = objectsOf(wire['cacheDetails']).filter(({ ttl }) => ttl === '1h')
  const thinking = objectOf(objectOf(told?.['usage'])?.['output_tokens_details'])?.['thinking_tokens']
  const served = stringOf(objectOf(tier)?.['type'])
  return makeUsage({
    input: (numberOf(wire['inputTokens']) ?? 0) + cacheRead + cacheWrite,
    output: numberOf(wire['outputTokens']) ?? 0,
    cacheRead,
    cacheWrite,
    cacheWrite1h: anHour.reduce((sum, { inputTokens }) => sum + (numberOf(inputTokens) ?? 0), 0),
    reasoning: numberOf(thinking) ?? 0,
    countsCacheWrites: true,
    ...(served === undefined ? {} : { serviceTier: served }),
  })
}
