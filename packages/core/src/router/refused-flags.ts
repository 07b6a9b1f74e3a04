import { fail, type GatewayError } from '@switchyard/wire'
import type { Outgoing } from '../contracts.ts'
import { Refusals } from './refusals.ts'

/** Flags are clients' text. */
const longestFlag = 128

/** Lists of flags, whatever the provider: anthropic-beta, openai-beta. */
export const isFlagHeader = (name: string): boolean => name.endsWith('-beta')

export const flagsIn = (value: string): string[] =>
  value
    .split(',')
    .map((flag) => flag.trim())
    .filter(Boolean)

/** What an upstream would not take, for the log. */
export interface Refusal {
  readonly origin: string
  readonly flags: readonly string[]
}

/**
 * Beta flags that an upstream answered with a 400 which named them: they are left out of the calls to that origin for an hour.
 * A coding agent sends the flags of its release day to whatever stands behind its base URL.
 */
export class RefusedFlags {
  readonly #refusals: Refusals
  readonly #tell: (refusal: Refusal) => void

  constructor(now: () => number, tell: (refusal: Refusal) => void) {
    this.#refusals = new Refusals(now)
    this.#tell = tell
  }

  /** Takes what this upstream refuses out of the request's headers, and says what that was. */
  leaveOut(outgoing: Outgoing): readonly string[] {
    if (this.#refusals.isEmpty) return none
    const { headers } = outgoing
    const left: string[] = []
    for (const [name, value] of Object.entries(headers)) {
      if (!isFlagHeader(name)) continue
      const origin = originOf(outgoing)
      const flags = flagsIn(value)
      const kept = flags.filter((flag) => !this.#refusals.has(`${origin} ${flag}`))
      if (kept.length === flags.length) continue
      left.push(...flags.filter((flag) => !kept.includes(flag)))
      if (kept.length === 0) delete headers[name]
      else headers[name] = kept.join(',')
    }
    return left
  }

  /** The error as it is, or with the flags of this request that it names: the call may be repeated without them. */
  learn(outgoing: Outgoing, error: GatewayError, leftOut: readonly string[]): GatewayError {
    const refusedFlags = namedIn(error, outgoing, leftOut)
    if (refusedFlags.length === 0) return error
    const origin = originOf(outgoing)
    for (const flag of refusedFlags) this.#refusals.add(`${origin} ${flag}`)
    this.#tell({ origin, flags: refusedFlags })
    return fail(error.kind, error.message, { ...error.facts, refusedFlags }, { cause: error.cause })
  }
}

const none: readonly string[] = []

const originOf = ({ url }: Outgoing): string => new URL(url).origin

/** "Unexpected value(s) `a-2026` for the `anthropic-beta` header" is Anthropic's way to say it (2026-11-22). */
function namedIn(error: GatewayError, { headers, body }: Outgoing, leftOut: readonly string[]): readonly string[] {
  const { upstreamStatus, message } = error.facts
  if (upstreamStatus !== 400 || !/beta/i.test(message)) return none
  const words = new Set(message.split(/[^\w.=-]+/).map((word) => word.replace(/\.+$/, '')))
  return Object.entries(headers)
    .filter(([name]) => isFlagHeader(name))
    .flatMap(([, value]) => flagsIn(value))
    .filter((flag) => flag.length <= longestFlag && words.has(flag) && !leftOut.includes(flag) && !mayBeEcho(flag, body))
}

const decoder = new TextDecoder()

/** Errors repeat what a body says: one client's text must not take a flag from the others. */
const mayBeEcho = (flag: string, body: Uint8Array | undefined): boolean => decoder.decode(body).includes(flag)
