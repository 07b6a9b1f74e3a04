import { sseData, sseEvent, type JsonObject } from '@switchyard/wire'

/** One block of an answer, in the pieces that it is streamed in. */
export type MixedBlock =
  | { readonly kind: 'thinking' | 'text'; readonly pieces: readonly string[] }
  /** The pieces together are JSON; none of them need be. */
  | { readonly kind: 'tool'; readonly name: string; readonly pieces: readonly string[] }

const frame = { id: 'mixed', model: 'fake-mixed' }
const inputTokens = 20

/** As many tokens as pieces. */
const outputTokens = (blocks: readonly MixedBlock[]): number => blocks.reduce((sum, { pieces }) => sum + pieces.length, 0)
const callsTool = (blocks: readonly MixedBlock[]): boolean => blocks.some(({ kind }) => kind === 'tool')

/** The answer as Anthropic streams it: one block after the other. */
export function mixedMessage(blocks: readonly MixedBlock[]): readonly string[] {
  const event = (type: string, fields: JsonObject = {}): string => sseEvent(type, JSON.stringify({ type, ...fields }))
  const message = { ...frame, type: 'message', role: 'assistant', content: [], stop_reason: null, stop_sequence: null }
  return [
    event('message_start', { message: { ...message, usage: { input_tokens: inputTokens, output_tokens: 1 } } }),
    ...blocks.flatMap((block, index) => [
      event('content_block_start', { index, content_block: startOf(block, index) }),
      ...block.pieces.map((piece) => event('content_block_delta', { index, delta: deltaOf(block, piece) })),
      event('content_block_stop', { index }),
    ]),
    event('message_delta', {
      delta: { stop_reason: callsTool(blocks) ? 'tool_use' : 'end_turn', stop_sequence: null },
      usage: { output_tokens: outputTokens(blocks) },
    }),
    event('message_stop'),
  ]
}

function startOf(block: MixedBlock, index: number): JsonObject {
  switch (block.kind) {
    case 'thinking':
      return { type: 'thinking', thinking: '', signature: '' }
    case 'text':
      return { type: 'text', text: '' }
    case 'tool':
      return { type: 'tool_use', id: `call_${index}`, name: block.name, input: {} }
  }
}

function deltaOf({ kind }: MixedBlock, piece: string): JsonObject {
  switch (kind) {
    case 'thinking':
      return { type: 'thinking_delta', thinking: piece }
    case 'text':
      return { type: 'text_delta', text: piece }
    case 'tool':
      return { type: 'input_json_delta', partial_json: piece }
  }
}

/** The same answer as OpenAI and those like it stream it: the pieces of tools that are called side by side take turns. */
export function mixedChat(blocks: readonly MixedBlock[]): readonly string[] {
  const chunk = (choices: readonly JsonObject[], more: JsonObject = {}): string =>
    sseData(JSON.stringify({ ...frame, object: 'chat.completion.chunk', created: 1_790_000_000, choices, ...more }))
  const delta = (fields: JsonObject, finish: string | null = null): string =>
    chunk([{ index: 0, delta: fields, finish_reason: finish }])
  const input = inputTokens
  const output = outputTokens(blocks)
  return [
    delta({ role: 'assistant', content: '' }),
    ...said(blocks).map((fields) => delta(fields)),
    ...calls(blocks).map((call) => delta({ tool_calls: [call] })),
    delta({}, callsTool(blocks) ? 'tool_calls' : 'stop'),
    chunk([], { usage: { prompt_tokens: input, completion_tokens: output, total_tokens: input + output } }),
    sseData('[DONE]'),
  ]
}

const said = (blocks: readonly MixedBlock[]): readonly JsonObject[] =>
  blocks.flatMap(({ kind, pieces }) =>
    kind === 'tool' ? [] : pieces.map((piece) => (kind === 'text' ? { content: piece } : { reasoning_content: piece })),
  )

function calls(blocks: readonly MixedBlock[]): readonly JsonObject[] {
  const tools = blocks.flatMap((block, at) => (block.kind === 'tool' ? [{ ...block, id: `call_${at}` }] : []))
  const starts = tools.map(({ id, name }, index) => ({ index, id, type: 'function', function: { name, arguments: '' } }))
  const longest = Math.max(0, ...tools.map(({ pieces }) => pieces.length))
  const turns = Array.from({ length: longest }, (_, turn) =>
    tools.flatMap(({ pieces }, index) => {
      const piece = pieces[turn]
      return piece === undefined ? [] : [{ index, function: { arguments: piece } }]
    }),
  )
  return [...starts, ...turns.flat()]
}
