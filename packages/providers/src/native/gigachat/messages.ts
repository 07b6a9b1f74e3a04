import { isObject, parseJson, type Block, type ChatRequest, type JsonObject, type Turn } from '@switchyard/wire'

type Call = Extract<Block, { type: 'call' }>
type Result = Extract<Block, { type: 'result' }>

/** The conversation as `messages`. A message holds one call at most, and its result must follow: they are put in pairs. */
export function writeMessages({ system, turns }: ChatRequest): JsonObject[] {
  const results = new Map(turns.flatMap(({ blocks }) => blocks.filter(isResult).map((block) => [block.callId, block] as const)))
  const first = textOf(system, '\n\n')
  return [...(first === '' ? [] : [{ role: 'system', content: first }]), ...turns.flatMap((turn) => turnMessages(turn, results))]
}

const isResult = (block: Block): block is Result => block.type === 'result'
const isCall = (block: Block): block is Call => block.type === 'call'

function turnMessages({ role, blocks }: Turn, results: Map<string, Result>): JsonObject[] {
  const content = textOf(blocks, '')
  const [first, ...others] = blocks.filter(isCall)
  if (first === undefined) return spoken(role, content, blocks.flatMap(pictureIn))
  return [...pairOf(first, content, results), ...others.flatMap((call) => pairOf(call, '', results))]
}

function spoken(role: Turn['role'], content: string, attachments: readonly string[]): JsonObject[] {
  if (attachments.length > 0) return [{ role, content, attachments }]
  return content === '' ? [] : [{ role, content }]
}

/** A picture as a data URI, which is uploaded before the request is sent (pictures.ts). */
const pictureIn = (block: Block): readonly string[] =>
  block.type === 'media' && block.media === 'image' && block.source.kind === 'data'
    ? [`data:${block.mimeType ?? 'image/png'};base64,${block.source.base64}`]
    : []

function pairOf({ id, name, input }: Call, content: string, results: Map<string, Result>): JsonObject[] {
  const given = parseJson(input)
  const call = { role: 'assistant', content, function_call: { name, arguments: isObject(given) ? given : {} } }
  const result = results.get(id)
  return result === undefined ? [call] : [call, { role: 'function', name, content: resultText(result) }]
}

/** GigaChat takes results as JSON alone (native-wire facts §18, 2026-11-22). */
function resultText({ content }: Result): string {
  const text = textOf(content, '\n')
  return parseJson(text) === undefined ? JSON.stringify({ result: text }) : text
}

const textOf = (blocks: readonly Block[], between: string): string =>
  blocks.flatMap((block) => (block.type === 'text' ? [block.text] : [])).join(between)
