import type { SocketCounter } from '@switchyard/core'
import { numberOf, type JsonObject } from '@switchyard/wire'

/**
 * How much was heard: by the place of the last result, and at last by the whole length that Deepgram tells
 * (developers.deepgram.com, listen-streaming: Results and Metadata, 2026-11-22).
 */
export class HeardSeconds implements SocketCounter {
  amount = 0

  said({ type, start, duration }: JsonObject): void {
    const end = type === 'Results' ? (numberOf(start) ?? 0) + (numberOf(duration) ?? 0) : numberOf(duration)
    if ((type === 'Results' || type === 'Metadata') && end !== undefined) this.amount = Math.max(this.amount, end)
  }
}
