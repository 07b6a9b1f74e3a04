import type { Extra, StopReason } from '../../hub.ts'
import { dialectId } from './shape.ts'

/** The wire's words for why the model stopped (native-wire facts §0.1, 2026-11-22). */
const reasons: ReadonlyMap<string, StopReason> = new Map([
  ['end_turn', 'stop'],
  ['stop_sequence', 'stop'],
  ['max_tokens', 'length'],
  ['model_context_window_exceeded', 'length'],
  ['compaction', 'length'],
  ['tool_use', 'tool'],
  ['refusal', 'filter'],
  ['pause_turn', 'pause'],
])

export const readStop = (wire: string): StopReason => reasons.get(wire) ?? 'stop'

interface Stopped {
  readonly stop: StopReason
  readonly rawStop?: string
  readonly stopSequence?: string
  readonly extra?: Extra
}

/** The provider's own word where it is one of ours and still true, else the word for the hub's reason. */
export function writeStop({ stop, rawStop, stopSequence, extra }: Stopped): string {
  const ours = rawStop !== undefined && (reasons.has(rawStop) || extra?.dialect === dialectId)
  if (ours && readStop(rawStop) === stop) return rawStop
  switch (stop) {
    case 'stop':
      return stopSequence === undefined ? 'end_turn' : 'stop_sequence'
    case 'length':
      return 'max_tokens'
    case 'tool':
      return 'tool_use'
    case 'filter':
      return 'refusal'
    case 'pause':
      return 'pause_turn'
  }
}
