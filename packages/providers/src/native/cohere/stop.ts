import {
  fail,
  numberOf,
  objectOf,
  makeUsage,
  type GatewayError,
  type JsonObject,
  type StopReason,
  type Usage,
} from '@switchyard/wire'

/** What Cohere says of the end (docs.cohere.com/reference/chat, 2026-11-22); the words of v1 are among them. */
export function stopOf(rawStop: string | undefined, hasCalls: boolean): StopReason {
  switch (rawStop?.toUpperCase()) {
    case 'MAX_TOKENS':
    case 'ERROR_LIMIT':
      return 'length'
    case 'ERROR_TOXIC':
      return 'filter'
    case 'TOOL_CALL':
      return 'tool'
    default:
      return hasCalls ? 'tool' : 'stop'
  }
}

/** Ends that are failures, though they come with status 200. `said` is the provider's message, where it has one. */
export function failureOf(rawStop: string | undefined, said: string | undefined): GatewayError | undefined {
  switch (rawStop?.toUpperCase()) {
    case 'ERROR':
      return fail('internal', said ?? 'Cohere broke the answer off because of an error of its own.', { code: 'ERROR' })
    case 'TIMEOUT':
      return fail('timeout', said ?? 'Cohere broke the answer off because it took too long.', { code: 'TIMEOUT' })
    default:
      return undefined
  }
}

/** v2's `usage`: all tokens, of which `billed_units` leaves out those of Cohere's own prompt. */
export function usageOf(wire: JsonObject | undefined): Usage | undefined {
  const tokens = objectOf(wire?.['tokens']) ?? objectOf(wire?.['billed_units'])
  return tokens === undefined ? undefined : counted(tokens, numberOf(wire?.['cached_tokens']))
}

/** v1's `meta`: what is billed is all that LiteLLM's callers see of it (1.106.2, 2026-11-22). */
export function usageOfMeta(meta: JsonObject | undefined): Usage | undefined {
  const tokens = objectOf(meta?.['billed_units']) ?? objectOf(meta?.['tokens'])
  return tokens === undefined ? undefined : counted(tokens, undefined)
}

const counted = ({ input_tokens: input, output_tokens: output }: JsonObject, cacheRead: number | undefined): Usage =>
  makeUsage({ input: numberOf(input) ?? 0, output: numberOf(output) ?? 0, cacheRead: cacheRead ?? 0 })
