import { isString, type Block, type JsonObject, type Turn } from '@switchyard/wire'
import { mediaBlock } from './media.ts'

/**
 * Blocks that Converse has and Claude's API has not, written before the conversation is put into Claude's terms, where they
 * would be lost: videos, and text for a guardrail. They travel as native blocks; unlike Anthropic's own they have no `type`.
 */
export const foretold = (turn: Turn): Turn => ({ ...turn, blocks: turn.blocks.map(foretell) })

function foretell(block: Block): Block {
  if (block.type === 'media' && block.media === 'video') {
    const video = mediaBlock(block, 0)
    return video === undefined ? block : written(video)
  }
  if (block.type !== 'native' || block.dialect !== 'openai-chat' || block.data['type'] !== 'guarded_text') return block
  const { text } = block.data
  return isString(text) ? written({ guardContent: { text: { text } } }) : block
}

const written = (data: JsonObject): Block => ({ type: 'native', dialect: 'anthropic-messages', data })
