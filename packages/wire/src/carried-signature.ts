import type { Block, CallBlock, ReasoningBlock, Turn } from './hub.ts'

/**
 * Gemini signs calls and wants the signature back. Clients of Messages and Responses return of a call only what those dialects
 * know, but proofs of reasoning unread (Claude Code 2.1.330, Codex 0.169, 2026-11-22): so it travels as reasoning without text.
 */
const mark = 'switchyard:call:'

/** The reasoning that stands before a signed call in a reply; undefined for a call without a signature. */
export const carrierOf = ({ id, signature }: CallBlock): ReasoningBlock | undefined =>
  signature === undefined
    ? undefined
    : { type: 'reasoning', text: '', signature: `${mark}${encodeURIComponent(id)}:${signature}` }

/** The blocks of a reply with every signature where the client returns it. */
export const withCarriers = (blocks: readonly Block[]): Block[] =>
  blocks.flatMap((block) => {
    const carrier = block.type === 'call' ? carrierOf(block) : undefined
    return carrier === undefined ? [block] : [carrier, block]
  })

/** A conversation that came back: the signatures are at their calls again, and what carried them is gone. */
export function restoreSignatures(turns: readonly Turn[]): readonly Turn[] {
  const signatures = new Map<string, string>()
  for (const turn of turns) for (const block of turn.blocks) if (isCarrier(block)) note(block, signatures)
  if (signatures.size === 0) return turns
  return turns.map((turn) => ({ ...turn, blocks: turn.blocks.flatMap((block) => restored(block, signatures)) }))
}

const isCarrier = (block: Block): block is ReasoningBlock & { readonly signature: string } =>
  block.type === 'reasoning' && block.signature !== undefined && block.signature.startsWith(mark)

function note({ signature }: { readonly signature: string }, into: Map<string, string>): void {
  const end = signature.indexOf(':', mark.length)
  if (end > 0) into.set(signature.slice(mark.length, end), signature.slice(end + 1))
}

function restored(block: Block, signatures: ReadonlyMap<string, string>): readonly Block[] {
  if (isCarrier(block)) return []
  const signature = block.type === 'call' ? signatures.get(encodeURIComponent(block.id)) : undefined
  return block.type !== 'call' || signature === undefined ? [block] : [{ ...block, signature }]
}
