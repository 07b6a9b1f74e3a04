import type { ChatRequest } from '../../hub.ts'

/** What Google takes as a function's name (FunctionDeclaration reference, 2026-11-22). */
const valid = /^[A-Za-z_][A-Za-z0-9_.:-]{0,63}$/

export interface ToolNames {
  /** The client's name → ours. */
  readonly write: (name: string) => string
  /** Ours → the client's, for those that had to change; undefined when none had. */
  readonly undo: ReadonlyMap<string, string> | undefined
}

const unchanged: ToolNames = { write: (name) => name, undo: undefined }

/** New names for tools whose name Google refuses. */
export function toolNamesFor(request: ChatRequest): ToolNames {
  const bad = request.tools.filter((tool) => !tool.hosted && !valid.test(tool.name)).map((tool) => tool.name)
  if (bad.length === 0) return unchanged
  const used = new Set(request.tools.map((tool) => tool.name))
  const written = new Map<string, string>()
  for (const name of bad) {
    if (written.has(name)) continue
    const base = name.replace(/[^A-Za-z0-9_.:-]/g, '_').replace(/^(?![A-Za-z_])/, '_')
    let fresh = base.slice(0, 64)
    for (let i = 2; used.has(fresh); i++) fresh = `${base.slice(0, 60)}_${i}`
    used.add(fresh)
    written.set(name, fresh)
  }
  return {
    write: (name) => written.get(name) ?? name,
    undo: new Map([...written].map(([name, fresh]) => [fresh, name])),
  }
}
