import { isObject, numberOf, objectOf, stringOf, type JsonObject } from '../../json.ts'
import { makeUsage, type Usage } from '../../usage.ts'

/**
 * The usage object of OpenAI and its like. `tier` is the reply's `service_tier`. Names of DeepSeek, Moonshot, LiteLLM,
 * Perplexity and OpenRouter are understood (native-wire facts §0.3 and §24, 2026-11-22).
 */
export function usageOf(wire: JsonObject, tier?: string): Usage | undefined {
  const input = numberOf(wire.prompt_tokens) ?? numberOf(wire.input_tokens)
  const total = numberOf(wire.total_tokens)
  const output = numberOf(wire.completion_tokens) ?? numberOf(wire.output_tokens)
  if (input === undefined && output === undefined && total === undefined) return undefined
  // Embeddings of some say the total alone, and that is all input.
  const read = input ?? Math.max((total ?? 0) - (output ?? 0), 0)
  const prompt = objectOf(wire.prompt_tokens_details) ?? {}
  const completion = objectOf(wire.completion_tokens_details) ?? {}
  const search = objectOf(wire.server_tool_use) ?? {}
  const reasoning = first(completion.reasoning_tokens, wire.reasoning_tokens)
  return makeUsage({
    input: read,
    output: inclusive(output ?? Math.max((total ?? 0) - read, 0), reasoning, input, total),
    cacheRead: first(prompt.cached_tokens, wire.cache_read_input_tokens, wire.prompt_cache_hit_tokens, wire.cached_tokens),
    cacheWrite: first(prompt.cache_creation_tokens, prompt.cache_write_tokens, wire.cache_creation_input_tokens),
    cacheWrite1h: first((objectOf(prompt.cache_creation_token_details) ?? {}).ephemeral_1h_input_tokens),
    reasoning,
    inputAudio: first(prompt.audio_tokens),
    inputImage: first(prompt.image_tokens),
    inputVideo: first(prompt.video_tokens),
    cacheReadAudio: first((objectOf(prompt.cached_tokens_details) ?? {}).audio_tokens),
    outputAudio: first(completion.audio_tokens),
    outputImage: first(completion.image_tokens),
    webSearches: first(search.web_search_requests, prompt.web_search_requests, wire.num_search_queries),
    ...statedCost(wire.cost),
    ...tierOf(wire, tier),
  })
}

function tierOf(wire: JsonObject, tier: string | undefined): { readonly serviceTier?: string } {
  const served = tier ?? stringOf(wire.service_tier)
  return served === undefined ? {} : { serviceTier: served }
}

function statedCost(cost: unknown): { readonly statedCostUsd?: number } {
  const stated = numberOf(isObject(cost) ? cost.total_cost : cost)
  return stated === undefined ? {} : { statedCostUsd: stated }
}

/** The first figure that is there and not zero: providers print the unused names as 0 or null. */
function first(...figures: readonly unknown[]): number {
  for (const figure of figures) if (typeof figure === 'number' && figure > 0) return figure
  return 0
}

/** xAI counts reasoning beside the completion; the total gives it away. */
const inclusive = (output: number, reasoning: number, input = 0, total = 0): number =>
  reasoning > 0 && total === input + output + reasoning ? output + reasoning : output

/** Usage as OpenAI prints it, with the extensions that LiteLLM's clients know. Modalities that were not used are left out. */
export function writeUsage(usage: Usage): JsonObject {
  const { input, output, cacheRead, cacheWrite } = usage
  const text = Math.max(input - cacheRead - cacheWrite - usage.inputAudio - usage.inputImage - usage.inputVideo, 0)
  const said = Math.max(output - usage.reasoning - usage.outputAudio - usage.outputImage, 0)
  const counted = cacheWrite > 0 || usage.countsCacheWrites === true
  return {
    prompt_tokens: input,
    completion_tokens: output,
    total_tokens: input + output,
    prompt_tokens_details: {
      cached_tokens: cacheRead,
      ...(counted ? writtenDetails(usage) : {}),
      ...(usage.cacheReadAudio > 0 ? { cached_tokens_details: { audio_tokens: usage.cacheReadAudio } } : {}),
      text_tokens: text,
      ...whenUsed({ audio_tokens: usage.inputAudio, image_tokens: usage.inputImage, video_tokens: usage.inputVideo }),
    },
    completion_tokens_details: {
      reasoning_tokens: usage.reasoning,
      text_tokens: said,
      ...whenUsed({ audio_tokens: usage.outputAudio, image_tokens: usage.outputImage }),
    },
    ...(counted ? { cache_creation_input_tokens: cacheWrite } : {}),
    ...(counted || cacheRead > 0 ? { cache_read_input_tokens: cacheRead } : {}),
    ...(usage.webSearches > 0 ? { server_tool_use: { web_search_requests: usage.webSearches } } : {}),
    ...(usage.statedCostUsd === undefined ? {} : { cost: usage.statedCostUsd }),
  }
}

/** Two names for one figure: LiteLLM's clients read either. */
const writtenDetails = ({ cacheWrite, cacheWrite1h }: Usage): JsonObject => ({
  cache_creation_tokens: cacheWrite,
  cache_write_tokens: cacheWrite,
  ...(cacheWrite > 0
    ? {
        cache_creation_token_details: {
          ephemeral_5m_input_tokens: cacheWrite - cacheWrite1h,
          ephemeral_1h_input_tokens: cacheWrite1h,
        },
      }
    : {}),
})

const whenUsed = (counts: Readonly<Record<string, number>>): JsonObject =>
  Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0))

/** Usage of a whole reply or of one chunk: Groq's last chunk has it under `x_groq`. */
export function readUsage(reply: JsonObject): Usage | undefined {
  const groq = objectOf(reply.x_groq)
  const wire = objectOf(reply.usage) ?? objectOf(groq?.usage)
  return wire === undefined ? undefined : usageOf(wire, stringOf(reply.service_tier))
}
