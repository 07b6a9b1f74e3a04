import type { StopReason } from '../../hub.ts'

/** `finishReason` in the hub's words (native-wire facts §0.1, 2026-11-22). A word that is not here means `stop`. */
const stops: Readonly<Record<string, StopReason>> = {
  FINISH_REASON_UNSPECIFIED: 'stop',
  STOP: 'stop',
  MALFORMED_FUNCTION_CALL: 'stop',
  MALFORMED_RESPONSE: 'stop',
  UNEXPECTED_TOOL_CALL: 'stop',
  TOO_MANY_TOOL_CALLS: 'stop',
  MISSING_THOUGHT_SIGNATURE: 'stop',
  MAX_TOKENS: 'length',
  SAFETY: 'filter',
  RECITATION: 'filter',
  LANGUAGE: 'filter',
  OTHER: 'filter',
  BLOCKLIST: 'filter',
  PROHIBITED_CONTENT: 'filter',
  SPII: 'filter',
  IMAGE_SAFETY: 'filter',
  IMAGE_PROHIBITED_CONTENT: 'filter',
  IMAGE_RECITATION: 'filter',
  IMAGE_OTHER: 'filter',
  NO_IMAGE: 'filter',
  ESCALATION: 'filter',
}

/** Gemini says STOP for calls too; the hub tells them apart. */
export function stopOf(reason: string | undefined, called: boolean): StopReason {
  const stop = reason !== undefined && Object.hasOwn(stops, reason) ? stops[reason] : undefined
  return stop === undefined || stop === 'stop' ? (called ? 'tool' : 'stop') : stop
}

/** The provider's own word where it is Gemini's and still true; otherwise the nearest one. */
export function finishReasonOf(stop: StopReason, rawStop: string | undefined, own: boolean): string {
  if (rawStop !== undefined && (own || Object.hasOwn(stops, rawStop)) && stopOf(rawStop, stop === 'tool') === stop) return rawStop
  switch (stop) {
    case 'length':
      return 'MAX_TOKENS'
    case 'filter':
      return 'SAFETY'
    case 'stop':
    case 'tool':
    case 'pause':
      return 'STOP'
  }
}
