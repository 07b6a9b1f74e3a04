import type { ChatRequest, Tool } from '@switchyard/wire'

/** The tools that may be called, where a protocol has no word for a choice among them: the others are left out. */
export function offeredTools({ tools, toolChoice }: ChatRequest): readonly Tool[] {
  const own = tools.filter((tool) => !tool.hosted)
  if (toolChoice?.mode === 'named') return own.filter(({ name }) => name === toolChoice.name)
  if (toolChoice?.mode === 'allowed') return own.filter(({ name }) => toolChoice.names.includes(name))
  return own
}
