import type { Incoming } from '@switchyard/core'
import { SseParser, sseData, type JsonObject } from '@switchyard/wire'
import { textOf } from './prediction.ts'

const encoder = new TextEncoder()

export const asStream = (body: AsyncIterable<Uint8Array>): Incoming => ({
  status: 200,
  headers: new Headers({ 'content-type': 'text/event-stream' }),
  body,
})

const eventOf = (data: JsonObject): Uint8Array => encoder.encode(sseData(JSON.stringify(data)))

/** What a prediction came to, without the text that was streamed before. */
const endOf = (prediction: JsonObject): Uint8Array => eventOf({ ...prediction, streamed: true })

/**
 * Replicate's own stream: bare text in `output` events, then `done` or `error` (replicate.com/docs/streaming, 2026-11-22).
 * What was counted, and why it ended, only the prediction says.
 */
export async function* fromEvents(
  body: AsyncIterable<Uint8Array>,
  prediction: () => Promise<JsonObject>,
): AsyncGenerator<Uint8Array, void, void> {
  const waiting: string[] = []
  let over = false
  const parser = new SseParser((name, data) => {
    if (name === 'output') waiting.push(data)
    else if (name === 'done' || name === 'error') over = true
  })
  for await (const chunk of body) {
    parser.push(chunk)
    if (waiting.length > 0) yield eventOf({ text: waiting.splice(0).join('') })
    if (over) break
  }
  if (over) yield endOf(await prediction())
}

/** For models without streams: what the prediction has more every time it is asked for. */
export async function* fromPolls(polls: AsyncIterable<JsonObject>): AsyncGenerator<Uint8Array, void, void> {
  let seen = 0
  let last: JsonObject | undefined
  for await (const prediction of polls) {
    const text = textOf(prediction)
    if (text.length > seen) yield eventOf({ text: text.slice(seen) })
    seen = text.length
    last = prediction
  }
  if (last !== undefined) yield endOf(last)
}
