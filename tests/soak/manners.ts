import { failure, type Script } from '../tools/fake-provider.ts'

/** How the provider treats one call of a soak run, and what its client may see of it. */
export interface Manner {
  /** Of so many calls with a manner of their own. */
  readonly weight: number
  readonly script: (asked: AskedManner) => Script
  /** Statuses that may come instead of an answer. */
  readonly statuses: readonly number[]
  /** `never`: a whole answer would be wrong. `maybe`: a whole one or a clean error. */
  readonly answers: 'always' | 'maybe' | 'never'
}

interface AskedManner {
  readonly stream: boolean
  /** The model that the provider is asked for. */
  readonly model: string
}

/** The deployment of the pair that never answers; the other one must be tried. */
export const lameModel = 'fake-lame'

/** Far enough into a stream that its content has begun, in every dialect. */
const middle = ({ stream }: AskedManner): number => (stream ? 8 : 0)

const usual = { weight: 0, script: () => ({}), statuses: [], answers: 'always' } as const
const brokenOff = [502] as const

/** By name: the name stands in the prompt, so that the provider needs no memory and a run with the same seed is the same run. */
export const manners: Readonly<Record<string, Manner>> = {
  usual,
  paced: { ...usual, weight: 12, script: () => ({ paceMs: 5 }) },
  late: { ...usual, weight: 4, script: () => ({ delayMs: 300 }) },
  split: { ...usual, weight: 2, script: () => ({ split: 7 }) },
  lame: { ...usual, weight: 3, script: ({ model }) => (model === lameModel ? failure(503) : {}) },
  limited: { weight: 2, script: () => failure(429, { 'retry-after': '1' }), statuses: [429], answers: 'never' },
  refused: { weight: 1, script: () => failure(400), statuses: [400], answers: 'never' },
  broken: { weight: 2, script: () => failure(500), statuses: [500], answers: 'never' },
  away: { weight: 2, script: () => failure(503), statuses: [503], answers: 'never' },
  dropped: { weight: 2, script: () => ({ cut: { at: 'head', by: 'reset' } }), statuses: brokenOff, answers: 'never' },
  silent: { weight: 1, script: () => ({ silent: true }), statuses: [504], answers: 'never' },
  ended: {
    weight: 2,
    script: (asked) => ({ paceMs: 3, cut: { at: middle(asked), by: 'fin' } }),
    statuses: brokenOff,
    answers: 'never',
  },
  reset: {
    weight: 2,
    script: (asked) => ({ paceMs: 3, cut: { at: middle(asked), by: 'reset' } }),
    statuses: brokenOff,
    answers: 'never',
  },
  stalled: {
    weight: 1,
    script: (asked) => ({ paceMs: 3, stallAfter: middle(asked) }),
    statuses: [502, 504],
    answers: 'never',
  },
  // A relay passes bytes that it need not understand: the client gets the whole answer with the bad event in it, or an error.
  malformed: {
    weight: 2,
    script: (asked) => ({
      edit: (events) => [...events.slice(0, middle(asked)), 'data: {"broken\n\n', ...events.slice(middle(asked))],
    }),
    statuses: brokenOff,
    answers: 'maybe',
  },
  page: {
    weight: 1,
    script: () => ({ body: '<html>hi</html>', headers: { 'content-type': 'text/html' } }),
    statuses: brokenOff,
    answers: 'never',
  },
}

export const markOf = (manner: string): string => `manner-${manner}.`

export function mannerNamed(name: string): Manner {
  const manner = manners[name]
  if (manner === undefined) throw new Error(`there is no manner ${name}`)
  return manner
}

/** The manner that a request's body names. */
export const mannerIn = (body: string): Manner => mannerNamed(/manner-(\w+)\./.exec(body)?.[1] ?? 'usual')
