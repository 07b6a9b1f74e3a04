import type { Block, ChatRequest, ToolChoice } from '../../hub.ts'

/** What a function may be called here (openai-node 6.49 `FunctionDefinition.name`, read 2026-11-22). */
const legal = /^[\w-]{1,64}$/

/** The names of a request of another dialect that are not legal here → legal ones, each used once. */
export function legalNames(request: ChatRequest): ReadonlyMap<string, string> {
  const changed = new Map<string, string>()
  const used = new Set<string>()
  for (const tool of request.tools) if (!tool.hosted && legal.test(tool.name)) used.add(tool.name)
  const add = (name: string): void => {
    if (legal.test(name) || changed.has(name)) return
    const base = name.replace(/[^\w-]/g, '_').slice(0, 60) || 'tool'
    let candidate = base
    for (let n = 2; used.has(candidate); n++) candidate = `${base}_${n}`
    used.add(candidate)
    changed.set(name, candidate)
  }
  for (const tool of request.tools) if (!tool.hosted) add(tool.name)
  for (const turn of request.turns) for (const block of turn.blocks) if (block.type === 'call') add(block.name)
  return changed
}

/** The request with its tools, calls and choice under the new names. */
export function renameTools(request: ChatRequest, names: ReadonlyMap<string, string>): ChatRequest {
  const renamed = (name: string): string => names.get(name) ?? name
  const block = (old: Block): Block => (old.type === 'call' ? { ...old, name: renamed(old.name) } : old)
  const { toolChoice } = request
  return {
    ...request,
    tools: request.tools.map((tool) => (tool.hosted ? tool : { ...tool, name: renamed(tool.name) })),
    turns: request.turns.map((turn) => ({ ...turn, blocks: turn.blocks.map(block) })),
    ...(toolChoice === undefined ? {} : { toolChoice: renameChoice(toolChoice, renamed) }),
  }
}

function renameChoice(choice: ToolChoice, renamed: (name: string) => string): ToolChoice {
  switch (choice.mode) {
    case 'named':
      return { ...choice, name: renamed(choice.name) }
    case 'allowed':
      return { ...choice, names: choice.names.map(renamed) }
    case 'auto':
    case 'none':
    case 'required':
      return choice
  }
}
