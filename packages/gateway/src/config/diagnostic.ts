/** A place in a file; lines and columns start at 1, as editors count. */
export interface Position {
  readonly file: string
  readonly line: number
  readonly column: number
}

export type Severity = 'error' | 'warning'

/** One finding about a configuration: where, what, and what to write instead. */
export interface Diagnostic extends Position {
  readonly severity: Severity
  /** `model_list[0].litellm_params.rpm`; empty for the file as a whole. */
  readonly path: string
  readonly message: string
  /** Empty when the message says it all. */
  readonly hint: string
}

export interface Finding {
  readonly path: string
  readonly message: string
  readonly hint?: string
}

/** Gathers findings, so that one start shows all of them. */
export class Diagnostics {
  readonly all: Diagnostic[] = []

  error(at: Position, finding: Finding): undefined {
    this.#add('error', at, finding)
  }

  warn(at: Position, finding: Finding): void {
    this.#add('warning', at, finding)
  }

  hasErrors(): boolean {
    return this.all.some((diagnostic) => diagnostic.severity === 'error')
  }

  #add(severity: Severity, { file, line, column }: Position, { path, message, hint = '' }: Finding): void {
    this.all.push({ severity, file, line, column, path, message, hint })
  }
}

/** `config.yaml:12:7 error model_list[0].litellm_params.rpm: expected a number, got "ten" — write rpm: 10` */
export function formatDiagnostic(diagnostic: Diagnostic): string {
  const { file, line, column, severity, path, message, hint } = diagnostic
  return `${file}:${line}:${column} ${severity}${path === '' ? '' : ` ${path}`}: ${message}${hint === '' ? '' : ` — ${hint}`}`
}

/** The configuration cannot be used; `diagnostics` holds everything that was found, warnings too. */
export class ConfigError extends Error {
  readonly diagnostics: readonly Diagnostic[]
  constructor(diagnostics: readonly Diagnostic[]) {
    super(diagnostics.map(formatDiagnostic).join('\n'))
    this.name = 'ConfigError'
    this.diagnostics = diagnostics
  }
}
