/** One JSON line an event, to stderr. Fields are data, never interpolated; errors give their stack to the log alone. */
export interface Log {
  /** False: what `debug` would be given need not be gathered. */
  readonly isDebug: boolean
  debug(message: string, fields?: LogFields): void
  info(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
  error(message: string, fields?: LogFields): void
}

export type LogFields = Readonly<Record<string, unknown>>

const levels = ['debug', 'info', 'warn', 'error'] as const
type Level = (typeof levels)[number]

/** `write` takes one line; the default hands it to stderr without waiting. */
export function makeLog(least: Level, write: (line: string) => void = (line) => process.stderr.write(line)): Log {
  const from = levels.indexOf(least)
  const at =
    (level: Level) =>
    (message: string, fields: LogFields = {}): void => {
      if (levels.indexOf(level) >= from)
        write(`${JSON.stringify({ time: new Date().toISOString(), level, message, ...fields }, printable)}\n`)
    }
  return { isDebug: least === 'debug', debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}

/** Errors are objects without enumerable fields: JSON would print them as {}. */
function printable(_key: string, value: unknown): unknown {
  if (!(value instanceof Error)) return value
  return {
    name: value.name,
    message: value.message,
    stack: value.stack,
    ...(value.cause === undefined ? {} : { cause: value.cause }),
  }
}
