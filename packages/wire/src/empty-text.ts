import type { Block } from './hub.ts'

/** Without the empty text that chats have beside calls alone: Anthropic refuses it when the client sends it back. */
export const withoutEmptyText = (blocks: readonly Block[]): readonly Block[] =>
  blocks.some(({ type }) => type === 'call') ? blocks.filter((block) => !isEmptyText(block)) : blocks

const isEmptyText = (block: Block): boolean => block.type === 'text' && block.text === '' && block.extra === undefined
