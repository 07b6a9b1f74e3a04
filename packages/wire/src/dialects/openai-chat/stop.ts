import type { StopReason } from '../../hub.ts'

/** Words of compatible providers for the end of an answer (native-wire facts §0.1, 2026-11-22); any other is `stop`. */
const stopOf: Readonly<Record<string, StopReason>> = {
  tool_calls: 'tool',
  function_call: 'tool',
  tool_use: 'tool',
  tool_call: 'tool',
  length: 'length',
  max_tokens: 'length',
  model_length: 'length',
  max_length: 'length',
  content_filter: 'filter',
  content_filtered: 'filter',
  refusal: 'filter',
  sensitive: 'filter',
  safety: 'filter',
  recitation: 'filter',
  guardrail_intervened: 'filter',
}

/** Providers say a plain stop, or nothing, after calls; what counts is that the caller must answer them. */
export function readStop(raw: string | undefined, hasCalls: boolean): StopReason {
  const word = raw?.toLowerCase() ?? ''
  const stop = Object.hasOwn(stopOf, word) ? (stopOf[word] ?? 'stop') : 'stop'
  return stop === 'stop' && hasCalls ? 'tool' : stop
}

const words: Readonly<Record<StopReason, string>> = {
  stop: 'stop',
  length: 'length',
  tool: 'tool_calls',
  filter: 'content_filter',
  pause: 'stop',
}
const official = new Set(['stop', 'length', 'tool_calls', 'content_filter', 'function_call'])

/** The provider's own word where it is one of OpenAI's and still means what the hub says, else the word for the reason. */
export function writeStop(stop: StopReason, raw: string | undefined, legacyCalls: boolean): string {
  if (raw !== undefined && official.has(raw) && (readStop(raw, false) === stop || (raw === 'stop' && stop === 'tool'))) return raw
  return stop === 'tool' && legacyCalls ? 'function_call' : words[stop]
}
