import type { Reframer } from '@switchyard/wire'

const encoder = new TextEncoder()

/** A provider's stream as server-sent events; most are. */
export const asEvents = (body: AsyncIterable<Uint8Array>, reframer: (() => Reframer) | undefined): AsyncIterable<Uint8Array> =>
  reframer === undefined ? body : reframed(body, reframer())

async function* reframed(body: AsyncIterable<Uint8Array>, reframer: Reframer): AsyncGenerator<Uint8Array, void, void> {
  for await (const chunk of body) {
    const text = reframer.push(chunk)
    if (text !== '') yield encoder.encode(text)
  }
  const rest = reframer.end()
  if (rest !== '') yield encoder.encode(rest)
}
