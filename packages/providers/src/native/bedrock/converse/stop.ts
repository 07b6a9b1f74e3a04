import type { StopReason } from '@switchyard/wire'

/** Why the model stopped (native-wire facts §3.4, 2026-11-22). */
const reasons: ReadonlyMap<string, StopReason> = new Map([
  ['end_turn', 'stop'],
  ['stop_sequence', 'stop'],
  ['tool_use', 'tool'],
  ['max_tokens', 'length'],
  ['model_context_window_exceeded', 'length'],
  ['guardrail_intervened', 'filter'],
  ['content_filtered', 'filter'],
  ['refusal', 'filter'],
  ['pause_turn', 'pause'],
])

/** `called`: the answer has calls. A schema's tool is none, so the answer ended by itself. */
export function stopOf(word: string | undefined, called: boolean, jsonTool: boolean): StopReason {
  const stop = reasons.get(word ?? '') ?? 'stop'
  return stop === 'tool' && !called && jsonTool ? 'stop' : stop
}
