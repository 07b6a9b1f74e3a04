/** Names of tools that an API takes. */
export interface ToolNameRule {
  readonly legal: RegExp
  readonly maxLength: number
  /** Stands before a name that may not begin as it does. */
  readonly prefix?: string
}

/** Documentation of `tools[].name`, read 2026-11-22. */
const usualRule: ToolNameRule = { legal: /^[a-zA-Z0-9_-]{1,128}$/, maxLength: 128 }

/** The client's tool names ↔ names that the API takes. Two that become the same are told apart by `_2`, `_3` … */
export class ToolNames {
  readonly #written = new Map<string, string>()
  readonly #taken = new Set<string>()
  /** Written → the client's, for those that had to change. */
  readonly undo = new Map<string, string>()
  readonly #rule: ToolNameRule

  /** Legal names are taken first, so that a rewritten one never takes the place of one that was right. */
  constructor(names: Iterable<string>, rule: ToolNameRule = usualRule) {
    this.#rule = rule
    const all = [...new Set(names)]
    for (const name of all) if (rule.legal.test(name)) this.#take(name, name)
    for (const name of all) this.written(name)
  }

  written(name: string): string {
    const known = this.#written.get(name)
    if (known !== undefined) return known
    const base = this.#mended(name)
    let free = this.#rule.legal.test(name) ? name : base
    for (let n = 2; this.#taken.has(free); n++) free = `${base}_${n}`
    this.#take(name, free)
    return free
  }

  /** Room is left for a number behind it. */
  #mended(name: string): string {
    const { legal, maxLength, prefix = '' } = this.#rule
    const base = name.replace(/[^a-zA-Z0-9_-]/g, '_').slice(0, maxLength - 4) || 'tool'
    return legal.test(base) ? base : (prefix + base).slice(0, maxLength - 4)
  }

  #take(name: string, written: string): void {
    this.#written.set(name, written)
    this.#taken.add(written)
    if (name !== written) this.undo.set(written, name)
  }
}
