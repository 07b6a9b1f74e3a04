import type { Block, ChatRequest, Turn } from '@switchyard/wire'
import { functionOf, imagesOf, textOf } from './messages.ts'

interface Section {
  readonly role: Turn['role']
  readonly text: string
}

const titles: Readonly<Record<Turn['role'], string>> = { system: 'System', user: 'User', assistant: 'Assistant' }

/** The conversation as one text, each part under the name of who said it; turns of one speaker are one part. */
export function promptOf({ system, turns }: ChatRequest): string {
  const sections: Section[] = []
  const said = [...system.map((block) => ({ role: 'system' as const, blocks: [block] })), ...turns]
  for (const { role, blocks } of said) {
    const text = sectionText(blocks)
    if (text === '') continue
    const last = sections.at(-1)
    if (last?.role === role) sections[sections.length - 1] = { role, text: `${last.text}\n${text}` }
    else sections.push({ role, text })
  }
  return sections.map(({ role, text }) => `### ${titles[role]}:\n${text}\n\n`).join('')
}

/** Calls of tools as JSON, a line each, and the text of their results. */
function sectionText(blocks: readonly Block[]): string {
  const calls = blocks.flatMap((block) => (block.type === 'call' ? [JSON.stringify(functionOf(block))] : []))
  const results = blocks.flatMap((block) => (block.type === 'result' ? [textOf(block.content)] : []))
  return [...results, textOf(blocks), ...calls].filter((text) => text !== '').join('\n')
}

export const promptImages = ({ turns }: ChatRequest): readonly string[] =>
  turns.flatMap(({ blocks }) => [
    ...blocks.flatMap((block) => (block.type === 'result' ? imagesOf(block.content) : [])),
    ...imagesOf(blocks),
  ])
