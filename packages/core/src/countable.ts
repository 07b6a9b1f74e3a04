import type { Block, ChatRequest } from '@switchyard/wire'
import type { Countable } from './catalog/index.ts'

/** A provider's word for a model that it does not count the tokens of: whoever asked counts himself. */
export const uncountedCode = 'model_not_counted'

/** A picture or file is billed by its size, which only the provider knows: this stands in for each. */
const tokensPerMedia = 1000

/** All that a model reads of a chat request. */
export function countableOf(request: ChatRequest): Countable & { readonly mediaTokens: number } {
  const texts: string[] = []
  let media = 0
  const add = (block: Block): void => {
    switch (block.type) {
      case 'text':
      case 'reasoning':
        texts.push(block.text)
        return
      case 'call':
        texts.push(block.name, block.input)
        return
      case 'result':
        block.content.forEach(add)
        return
      case 'native':
        texts.push(JSON.stringify(block.data))
        return
      case 'media':
        if (block.source.kind === 'text') texts.push(block.source.text)
        else media++
    }
  }
  request.system.forEach(add)
  for (const turn of request.turns) turn.blocks.forEach(add)
  for (const tool of request.tools) texts.push(tool.name, tool.description ?? '', JSON.stringify(tool.schema ?? {}))
  return { texts, messages: request.turns.length + (request.system.length > 0 ? 1 : 0), mediaTokens: media * tokensPerMedia }
}
