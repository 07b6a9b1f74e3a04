import type { Incoming, Outgoing, ProviderEnv } from '@switchyard/core'

export interface TokenServer {
  readonly asked: Outgoing[]
  readonly env: ProviderEnv
  now: number
}

/** A server that gives out tokens, or whatever else it is told to answer; everything is asked of it. */
export function tokenServer(answer: (asked: number) => readonly [status: number, body: unknown]): TokenServer {
  const asked: Outgoing[] = []
  const it: TokenServer = {
    asked,
    now: 1_000_000,
    env: {
      variable: () => undefined,
      now: () => it.now,
      send: (outgoing): Promise<Incoming> => {
        asked.push(outgoing)
        const [status, body] = answer(asked.length)
        return Promise.resolve({ status, headers: new Headers(), body: once(JSON.stringify(body)) })
      },
    },
  }
  return it
}

async function* once(text: string): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode(text)
}

export const post = (url: string, body?: string): Outgoing => ({
  url,
  method: 'POST',
  headers: {},
  body: body === undefined ? undefined : new TextEncoder().encode(body),
})
