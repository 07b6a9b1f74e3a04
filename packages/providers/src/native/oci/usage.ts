import { compact, objectOf, type JsonObject } from '@switchyard/wire'

/** Oracle's `usage` in OpenAI's spelling. */
export function usageOf({ usage }: JsonObject): JsonObject | undefined {
  const wire = objectOf(usage)
  if (wire === undefined) return undefined
  const read = objectOf(wire['promptTokensDetails'])
  const written = objectOf(wire['completionTokensDetails'])
  return compact({
    prompt_tokens: wire['promptTokens'],
    completion_tokens: wire['completionTokens'],
    total_tokens: wire['totalTokens'],
    prompt_tokens_details: read === undefined ? undefined : { cached_tokens: read['cachedTokens'] },
    completion_tokens_details: written === undefined ? undefined : { reasoning_tokens: written['reasoningTokens'] },
  })
}
