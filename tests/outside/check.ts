/** One thing that one client did, and how it went. */
export interface Check {
  readonly client: string
  readonly version: string
  /** The column of the report: `chat`, `stream`, … for libraries, the model for coding agents. */
  readonly kind: string
  readonly what: string
  /** Undefined: it went as it should. */
  readonly problem: string | undefined
  /** The gateway answers otherwise on purpose: why. */
  readonly refused?: string
}

/** The one run of a coding agent with one model. */
export const wordOf = (checks: readonly Check[]): string =>
  checks.length === 0 ? '–' : checks.every(({ problem }) => problem === undefined) ? 'ok' : 'failed'

/** `12` when all went well, `9 of 12` when not or when some were refused on purpose, a dash when there was nothing to try. */
export function tallyOf(checks: readonly Check[]): string {
  const passed = checks.filter(({ problem, refused }) => problem === undefined && refused === undefined).length
  if (checks.length === 0) return '–'
  return passed === checks.length ? String(passed) : `${passed} of ${checks.length}`
}
