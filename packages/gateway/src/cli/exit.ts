/** Exit codes, after sysexits(3): scripts can tell what went wrong. */
export const exitCodes = { ok: 0, problems: 1, usage: 64, unavailable: 69, internal: 70, config: 78 } as const

/** Ends a command with a message for people, on stderr. */
export function exitWith(code: number, message: string): never {
  process.stderr.write(`${message}\n`)
  process.exit(code)
}
