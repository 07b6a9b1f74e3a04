import type { ModelTraits } from '../../dialect.ts'
import type { Block, CallBlock, MediaBlock, ReasoningBlock, ResultBlock, TextBlock, Turn } from '../../hub.ts'
import { defined, dialectId, ownExtra } from './shape.ts'
import type { ToolNames } from './tool-names.ts'
import { isPlainText } from './write-blocks.ts'

/** The conversation of another dialect by this one's rules: roles alternate, results come first, no empty text. */
export function adaptTurns(turns: readonly Turn[], names: ToolNames, traits: ModelTraits): readonly Turn[] {
  const merged: { role: Turn['role']; blocks: Block[] }[] = []
  for (const turn of turns) {
    const adapted = adaptTurn(turn, names, traits)
    if (adapted.blocks.length === 0) continue
    const last = merged.at(-1)
    if (last?.role === adapted.role) for (const block of adapted.blocks) last.blocks.push(block)
    else merged.push({ role: adapted.role, blocks: [...adapted.blocks] })
  }
  // A conversation must begin with the user, and a text must not be blank.
  if (merged[0]?.role !== 'user') merged.unshift({ role: 'user', blocks: [{ type: 'text', text: '.' }] })
  return merged.map((turn, index) =>
    turn.role === 'user' && index > 0 ? resultsFirst(turn) : index === merged.length - 1 ? trimEnd(turn) : turn,
  )
}

const operatorNote = '[Instruction from the operator of this application, not from the user:]'

function adaptTurn({ role, blocks }: Turn, names: ToolNames, traits: ModelTraits): Turn {
  const adapted = adaptBlocks(blocks, names, role)
  if (role !== 'system' || traits.supports.has('mid_conversation_system') || adapted.length === 0)
    return { role, blocks: adapted }
  return { role: 'user', blocks: [{ type: 'text', text: operatorNote }, ...adapted] }
}

/** Results must follow their calls at once. */
function resultsFirst(turn: Turn): Turn {
  const results = turn.blocks.filter((block) => block.type === 'result')
  return results.length === 0
    ? turn
    : { ...turn, blocks: [...results, ...turn.blocks.filter((block) => block.type !== 'result')] }
}

/** A last answer that the model is to continue must not end in blanks. */
function trimEnd(turn: Turn): Turn {
  const tail = turn.blocks.at(-1)
  if (turn.role !== 'assistant' || tail?.type !== 'text') return turn
  return { ...turn, blocks: [...turn.blocks.slice(0, -1), { ...tail, text: tail.text.trimEnd() }] }
}

export const adaptBlocks = (blocks: readonly Block[], names: ToolNames, role: Turn['role']): Block[] =>
  blocks.flatMap((block) => adaptBlock(block, names, role) ?? [])

/** Undefined for what this dialect cannot say. */
function adaptBlock(block: Block, names: ToolNames, role: Turn['role']): Block | undefined {
  switch (block.type) {
    case 'text':
      return adaptText(block)
    case 'reasoning':
      return role === 'assistant' && isProven(block) ? block : undefined
    case 'media':
      return role === 'user' ? adaptMedia(block) : undefined
    case 'call':
      return role === 'assistant' ? adaptCall(block, names) : undefined
    case 'result':
      return role === 'user' ? adaptResult(block, names) : undefined
    case 'native':
      return block.dialect === dialectId ? block : adoptNative(block)
  }
}

function adaptText({ text, cache }: TextBlock): TextBlock | undefined {
  return text.trim() === '' ? undefined : { type: 'text', text, ...defined({ cache }) }
}

/**
 * The API takes back only reasoning that it signed itself. Chat clients carry its proofs through; a proof that came by
 * the Responses or Gemini dialect (an item id, their extra) is another provider's.
 */
function isProven({ signature, sealed, id, extra }: ReasoningBlock): boolean {
  const foreign = id !== undefined || extra?.dialect === 'gemini' || extra?.dialect === 'openai-responses'
  return !foreign && ((signature ?? '') !== '' || (sealed ?? '') !== '')
}

/** Call ids that the API takes are as tool names are; other providers write `functions.f:0` and the like. */
const legalId = (id: string): string => id.replace(/[^a-zA-Z0-9_-]/g, '_')

function adaptCall({ id, name, input, cache }: CallBlock, names: ToolNames): CallBlock {
  return { type: 'call', id: legalId(id), name: names.written(name), input, ...defined({ cache }) }
}

function adaptResult({ callId, content, isError, cache }: ResultBlock, names: ToolNames): ResultBlock {
  const adapted = adaptBlocks(content, names, 'user')
  const only = adapted.length === 1 ? adapted[0] : undefined
  const extra = only !== undefined && isPlainText(only) ? ownExtra({ $string: true }) : undefined
  return {
    type: 'result',
    callId: legalId(callId),
    content: adapted,
    ...(isError === true ? { isError } : {}),
    ...defined({ cache, extra }),
  }
}

function adaptMedia(block: MediaBlock): MediaBlock | undefined {
  if (block.media === 'audio' || block.media === 'video') return undefined
  const { source, mimeType, name, cache } = block
  const media = mimeType?.startsWith('image/') ? 'image' : block.media
  const plain = { type: 'media' as const, media, ...defined({ mimeType, name, cache }) }
  // Base64 documents are PDFs only; a text file goes as text.
  if (media === 'document' && source.kind === 'data' && mimeType?.startsWith('text/')) {
    return { ...plain, mimeType: 'text/plain', source: { kind: 'text', text: decodeText(source.base64) } }
  }
  return { ...plain, source }
}

function decodeText(base64: string): string {
  const binary = atob(base64)
  return new TextDecoder().decode(Uint8Array.from(binary, (char) => char.charCodeAt(0)))
}

/** Content parts of this dialect that chat clients of LiteLLM put among OpenAI's (recorded cases, 2026-11-22). */
const adopted = new Set(['image', 'document', 'search_result', 'container_upload'])

function adoptNative(block: Block & { type: 'native' }): Block | undefined {
  const fits = block.dialect === 'openai-chat' && typeof block.data.type === 'string' && adopted.has(block.data.type)
  return fits ? { type: 'native', dialect: dialectId, data: block.data } : undefined
}
