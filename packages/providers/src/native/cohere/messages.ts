import { isString, type Block, type ChatRequest, type JsonObject, type MediaBlock, type Turn } from '@switchyard/wire'

/** The conversation as v2's `messages`. */
export const writeMessages = ({ system, turns }: ChatRequest): JsonObject[] => [
  ...systemMessages(system),
  ...turns.flatMap((turn) => (turn.role === 'system' ? systemMessages(turn.blocks) : turnMessages(turn))),
]

function systemMessages(blocks: readonly Block[]): JsonObject[] {
  const content = contentOf(blocks)
  return content === undefined ? [] : [{ role: 'system', content }]
}

/** Results of tools are messages of their own, before what the user says to them. */
function turnMessages({ role, blocks }: Turn): JsonObject[] {
  if (role === 'assistant') return assistantMessages(blocks)
  const results = blocks.flatMap((block) =>
    block.type === 'result' ? [{ role: 'tool', tool_call_id: block.callId, content: contentOf(block.content, false) ?? '' }] : [],
  )
  const content = contentOf(blocks)
  return content === undefined ? results : [...results, { role: 'user', content }]
}

function assistantMessages(blocks: readonly Block[]): JsonObject[] {
  const calls = blocks.flatMap((block) => (block.type === 'call' ? [callOf(block)] : []))
  const thinking = blocks.map((block) => (block.type === 'reasoning' ? block.text : '')).join('')
  const content = contentOf(blocks)
  if (calls.length > 0) {
    const plan = thinking === '' ? {} : { tool_plan: thinking }
    return [{ role: 'assistant', ...plan, ...(content === undefined ? {} : { content }), tool_calls: calls }]
  }
  if (content === undefined) return []
  if (thinking === '') return [{ role: 'assistant', content }]
  const said = isString(content) ? [{ type: 'text', text: content }] : content
  return [{ role: 'assistant', content: [{ type: 'thinking', thinking }, ...said] }]
}

const callOf = ({ id, name, input }: Extract<Block, { type: 'call' }>): JsonObject => ({
  id,
  type: 'function',
  function: { name, arguments: input === '' ? '{}' : input },
})

/** A single text is a string; undefined when nothing of the blocks can be said. */
function contentOf(blocks: readonly Block[], pictures = true): string | JsonObject[] | undefined {
  const parts = blocks.flatMap((block) => partOf(block, pictures))
  const [only] = parts
  if (parts.length === 1 && only !== undefined && isString(only['text'])) return only['text']
  return parts.length === 0 ? undefined : parts
}

function partOf(block: Block, pictures: boolean): JsonObject[] {
  if (block.type === 'text') return [{ type: 'text', text: block.text }]
  if (block.type !== 'media') return []
  if (block.source.kind === 'text') return [{ type: 'text', text: block.source.text }]
  return pictures ? pictureOf(block) : []
}

function pictureOf({ media, source, mimeType = 'image/png', detail }: MediaBlock): JsonObject[] {
  if (media !== 'image' || (source.kind !== 'url' && source.kind !== 'data')) return []
  const url = source.kind === 'url' ? source.url : `data:${mimeType};base64,${source.base64}`
  return [{ type: 'image_url', image_url: { url, ...(detail === undefined ? {} : { detail }) } }]
}
