/** Names that the API takes (documentation of `tools[].name`, read 2026-11-22). */
const legal = /^[a-zA-Z0-9_-]{1,128}$/

/** The client's tool names ↔ names that the API takes. Two that become the same are told apart by `_2`, `_3` … */
export class ToolNames {
  readonly #written = new Map<string, string>()
  readonly #taken = new Set<string>()
  /** Written → the client's, for those that had to change. */
  readonly undo = new Map<string, string>()

  /** Legal names are taken first, so that a rewritten one never takes the place of one that was right. */
  constructor(names: Iterable<string>) {
    const all = [...new Set(names)]
    for (const name of all) if (legal.test(name)) this.#take(name, name)
    for (const name of all) this.written(name)
  }

  written(name: string): string {
    const known = this.#written.get(name)
    if (known !== undefined) return known
    const base = name.replace(/[^a-zA-Z0-9_-]/g, '_').slice(0, 124) || 'tool'
    let free = legal.test(name) ? name : base
    for (let n = 2; this.#taken.has(free); n++) free = `${base}_${n}`
    this.#take(name, free)
    return free
  }

  #take(name: string, written: string): void {
    this.#written.set(name, written)
    this.#taken.add(written)
    if (name !== written) this.undo.set(written, name)
  }
}
