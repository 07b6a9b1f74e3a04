import type { MixedBlock } from '../tests/tools/fake/mixed-answer.ts'

const words = (kind: 'thinking' | 'text', count: number): MixedBlock => ({
  kind,
  pieces: Array.from({ length: count }, (_, index) => `word${index} `),
})

const input = JSON.stringify({ path: 'src/index.ts', lines: Array.from({ length: 30 }, (_, index) => index), note: 'as it is' })
const tool = (name: string): MixedBlock => ({ kind: 'tool', name, pieces: input.match(/.{1,6}/gs) ?? [] })

/** What a coding agent gets in one turn: thinking, text, and two tools with partial JSON. */
export const mixedBlocks: readonly MixedBlock[] = [
  words('thinking', 40),
  words('text', 40),
  tool('read_file'),
  tool('write_file'),
]

/** The provider's count: one token a piece. */
export const mixedTokens = mixedBlocks.reduce((sum, { pieces }) => sum + pieces.length, 0)
