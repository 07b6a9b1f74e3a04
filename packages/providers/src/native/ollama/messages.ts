import { compact, fail, isObject, parseJson, type Block, type ChatRequest, type JsonObject, type Turn } from '@switchyard/wire'

type Call = Extract<Block, { type: 'call' }>
type Result = Extract<Block, { type: 'result' }>

/** The conversation as `messages`. The server itself joins system messages that follow each other. */
export function writeMessages({ system, turns }: ChatRequest): JsonObject[] {
  const names = new Map(
    turns.flatMap(({ blocks }) => blocks.flatMap((block) => (block.type === 'call' ? [[block.id, block.name] as const] : []))),
  )
  return [...system.map((block) => message('system', [block])), ...turns.flatMap((turn) => turnMessages(turn, names))]
}

/** Results of tools are messages of their own, before what the user says to them. */
function turnMessages({ role, blocks }: Turn, names: ReadonlyMap<string, string>): JsonObject[] {
  if (role === 'system') return [message('system', blocks)]
  if (role === 'assistant') return [assistantMessage(blocks)]
  const results = blocks.flatMap((block) => (block.type === 'result' ? [resultMessage(block, names)] : []))
  const said = blocks.filter(({ type }) => type !== 'result')
  return said.length === 0 && results.length > 0 ? results : [...results, message('user', said)]
}

const resultMessage = ({ callId, name, content }: Result, names: ReadonlyMap<string, string>): JsonObject => ({
  ...message('tool', content),
  ...compact({ tool_name: name ?? names.get(callId), tool_call_id: callId }),
})

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
