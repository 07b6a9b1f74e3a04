import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Incoming, Outgoing, ProviderEnv } from '@switchyard/core'

/** A machine of a cloud, as a provider sees it. */
export interface Machine {
  readonly asked: Outgoing[]
  readonly provider: ProviderEnv
  readonly env: Readonly<Record<string, string>>
  now: number
}

export type Answer = readonly [status: number, body: string]

/** A machine with these variables; what is not answered cannot be reached. */
export function machine(
  env: Readonly<Record<string, string>>,
  answer: (outgoing: Outgoing, asked: number) => Answer | undefined,
): Machine {
  const made: Machine = {
    asked: [],
    env,
    now: Date.parse('2026-01-15T12:00:00Z'),
    provider: {
      variable: (name) => env[name],
      now: () => made.now,
      send: (outgoing): Promise<Incoming> => {
        made.asked.push(outgoing)
        const [status, body] = answer(outgoing, made.asked.length) ?? []
        if (status === undefined) return Promise.reject(new TypeError('no route to host'))
        return Promise.resolve({ status, headers: new Headers(), body: once(body ?? '') })
      },
    },
  }
  return made
}

/** A token as other houses sign them, which nobody looks into here. */
export const jwt = (body: string): string => `${btoa('{"alg":"RS256"}')}.${body}.sign`

async function* once(text: string): AsyncGenerator<Uint8Array, void, void> {
  yield new TextEncoder().encode(text)
}

export interface Folder {
  /** Writes a file and says where it lies. */
  readonly write: (name: string, text: string) => string
  readonly path: string
  readonly remove: () => void
}

export function tempFolder(): Folder {
  const path = mkdtempSync(join(tmpdir(), 'machine-'))
  return {
    path,
    remove: () => rmSync(path, { recursive: true }),
    write: (name, text) => {
      const file = join(path, name)
      writeFileSync(file, text)
      return file
    },
  }
}
