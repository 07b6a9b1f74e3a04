import { fail, type Feature, type GatewayError, type JsonObject, type Loss } from '@switchyard/wire'
import type { Ask } from '../ask.ts'
import type { Outgoing } from '../contracts.ts'
import type { Prepared } from '../prepare.ts'
import { Refusals } from './refusals.ts'
import type { Refusal } from './refused-flags.ts'

/** Fields that a translation writes as well as it can, and without which the answer is still one to the same question. */
const hints: ReadonlyMap<string, Feature> = new Map([
  ['reasoning_effort', 'reasoning-effort'],
  ['reasoning', 'reasoning-effort'],
  ['thinking', 'reasoning-budget'],
  ['service_tier', 'service-tier'],
  ['metadata', 'metadata'],
  ['store', 'store'],
  ['user', 'user'],
])

/** "Unrecognized request argument supplied: …", "… is not supported with this model", "Extra inputs are not permitted" (2026-11-22). */
const refusing =
  /unrecogni[sz]ed|unsupported|not supported|not support|unknown|unexpected|not permitted|not allowed|extra_forbidden/i

/** What a body says: made for this attempt, by a translation. */
export type Written = Pick<Prepared, 'mode' | 'json' | 'target'>

/**
 * Hints of a translated request that an upstream answered with a 400 which named them: they are left out of the calls of that model for
 * an hour. The client did not choose the word, so it could not leave it out itself (Claude Code's effort at a model without reasoning).
 */
export class RefusedFields {
  readonly #refusals: Refusals
  readonly #tell: (refusal: Refusal) => void

  constructor(now: () => number, tell: (refusal: Refusal) => void) {
    this.#refusals = new Refusals(now)
    this.#tell = tell
  }

  /** Takes what is refused out of the request's body, and says what that was. */
  leaveOut(outgoing: Outgoing, written: Written): readonly Loss[] {
    const { json } = written
    if (this.#refusals.isEmpty || written.mode !== 'translate' || json === undefined) return none
    const left = hintsIn(json).filter((name) => this.#refusals.has(keyOf(outgoing, written, name)))
    if (left.length === 0) return none
    const kept = Object.entries(json).filter(([name]) => !left.includes(name))
    outgoing.body = encoder.encode(JSON.stringify(Object.fromEntries(kept)))
    return left.map(lossOf)
  }

  /** The error as it is, or with the hints that it refuses by name: the call may be repeated without them. */
  learn(
    outgoing: Outgoing,
    written: Written,
    ask: Pick<Ask, 'shape' | 'strict' | 'dropParams'>,
    error: GatewayError,
  ): GatewayError {
    const { json } = written
    // Who asked for all or nothing, or in the provider's own words, is told.
    const isHint = written.mode === 'translate' && !ask.strict && (ask.dropParams || ask.shape !== 'openai-chat')
    if (!isHint || json === undefined || !isRefusal(error)) return error
    const named = hintsIn(json).filter((name) => isNamed(error, name) && !this.#refusals.has(keyOf(outgoing, written, name)))
    if (named.length === 0) return error
    for (const name of named) this.#refusals.add(keyOf(outgoing, written, name))
    this.#tell({ origin: new URL(outgoing.url).origin, flags: named })
    return fail(error.kind, error.message, { ...error.facts, refusedFlags: named }, { cause: error.cause })
  }
}

const encoder = new TextEncoder()
const none: readonly Loss[] = []

const hintsIn = (json: JsonObject): readonly string[] => Object.keys(json).filter((name) => hints.has(name))

const keyOf = ({ url }: Outgoing, { target }: Written, name: string): string => `${new URL(url).origin} ${target.model} ${name}`

const lossOf = (field: string): Loss => ({ feature: hints.get(field) ?? 'unknown-field', fidelity: 'drops', field })

const isRefusal = ({ facts }: GatewayError): boolean =>
  (facts.upstreamStatus === 400 || facts.upstreamStatus === 422) && refusing.test(`${facts.message} ${facts.code ?? ''}`)

/** Words that stand in messages without meaning the field. */
const everyday: ReadonlySet<string> = new Set(['metadata', 'store', 'user'])

function isNamed({ facts }: GatewayError, name: string): boolean {
  // Names of a client's own, such as a property of a tool, stand in messages about other fields.
  if (facts.param !== undefined) return facts.param === name
  const word = everyday.has(name) ? `['"\`]${name}['"\`]|supplied: ${name}` : name
  // `thinking.budget_tokens` is another field: its value was wrong, not its being there.
  return new RegExp(`(?<![\\w.])(?:${word})(?![\\w.]*\\w)`).test(facts.message)
}
