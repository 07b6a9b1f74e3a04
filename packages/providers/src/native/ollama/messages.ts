import { compact, fail, isObject, parseJson, type Block, type ChatRequest, type JsonObject, type Turn } from '@switchyard/wire'

type Call = Extract<Block, { type: 'call' }>

/** The conversation as `messages`. The server itself joins system messages that follow each other. */
export const writeMessages = ({ system, turns }: ChatRequest): JsonObject[] => [
  ...system.map((block) => message('system', [block])),
  ...turns.flatMap(turnMessages),
]

/** Results of tools are messages of their own, before what the user says to them. */
function turnMessages({ role, blocks }: Turn): JsonObject[] {
  if (role === 'system') return [message('system', blocks)]
  if (role === 'assistant') return [assistantMessage(blocks)]
  const results = blocks.flatMap((block) =>
    block.type === 'result'
      ? [{ ...message('tool', block.content), ...compact({ tool_name: block.name, tool_call_id: block.callId }) }]
      : [],
  )
  const said = blocks.filter(({ type }) => type !== 'result')
  return said.length === 0 && results.length > 0 ? results : [...results, message('user', said)]
}

const message = (role: string, blocks: readonly Block[]): JsonObject => ({
  role,
  content: textOf(blocks),
  images: imagesOf(blocks),
})

function assistantMessage(blocks: readonly Block[]): JsonObject {
  const thinking = blocks.map((block) => (block.type === 'reasoning' ? block.text : '')).join('')
  const calls = blocks.filter((block): block is Call => block.type === 'call')
  return {
    ...message('assistant', blocks),
    ...(thinking === '' ? {} : { thinking }),
    ...(calls.length === 0 ? {} : { tool_calls: calls.map((call) => ({ function: functionOf(call) })) }),
  }
}

/** Arguments are an object here. What the model wrote as something else cannot be said. */
export function functionOf({ name, input }: Call): JsonObject {
  const given = parseJson(input)
  return { name, arguments: isObject(given) ? given : {} }
}

export const textOf = (blocks: readonly Block[]): string =>
  blocks
    .map((block) =>
      block.type === 'text' ? block.text : block.type === 'media' && block.source.kind === 'text' ? block.source.text : '',
    )
    .join('')

/** Bare base64. Who can fetch has fetched what lies elsewhere. */
export const imagesOf = (blocks: readonly Block[]): readonly string[] =>
  blocks.flatMap((block) => {
    if (block.type !== 'media' || block.media !== 'image') return []
    if (block.source.kind === 'url')
      throw fail('bad_request', 'Ollama takes pictures only as data: send them as data URLs (base64).')
    return block.source.kind === 'data' ? [block.source.base64] : []
  })
