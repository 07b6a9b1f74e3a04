import { withCarriers } from '../../carried-signature.ts'
import type { Echo, Undo } from '../../dialect.ts'
import { withoutEmptyText } from '../../empty-text.ts'
import { fail } from '../../errors.ts'
import type { Block, ChatReply, Choice } from '../../hub.ts'
import { objectOf, objectsOf, stringOf, type JsonObject } from '../../json.ts'
import type { Usage } from '../../usage.ts'
import { readReplyBlock } from './read-blocks.ts'
import { readError } from './errors.ts'
import { defined, keptFields, note, ownExtra, ownFields, wireFields } from './shape.ts'
import { readStop, writeStop } from './stop.ts'
import { readUsage, rewriteUsage } from './usage.ts'
import { writeBlocks } from './write-blocks.ts'

const known = new Set(['id', 'type', 'role', 'model', 'content', 'stop_reason', 'stop_sequence', 'usage'])

export function readReply(body: JsonObject, undo?: Undo): ChatReply {
  if (body.type === 'error') throw readError(0, body)
  if (!Array.isArray(body.content)) throw fail('bad_reply', 'the provider sent a reply without a content list')
  const read = objectsOf(body.content).map(readReplyBlock)
  const blocks = undo === undefined ? read : read.map((block) => undoBlock(block, undo))
  const usage = objectOf(body.usage)
  return {
    id: stringOf(body.id) ?? '',
    model: stringOf(body.model) ?? '',
    created: 0,
    choices: [readChoice(body, blocks, undo?.jsonTool !== undefined)],
    ...defined({ usage: usage === undefined ? undefined : readUsage(usage) }),
    extra: ownExtra({ ...keptFields(withoutStop(body), known), ...defined({ $usage: usage }) }),
  }
}

/** `stop_reason` and `stop_sequence` are null by rule, not by chance. */
export function withoutStop({ stop_reason: _reason, stop_sequence: _sequence, ...rest }: JsonObject): JsonObject {
  return rest
}

/** Where a tool stood for a schema, a stop for a tool call may be a plain stop. */
function readChoice(body: JsonObject, blocks: readonly Block[], jsonTool: boolean): Choice {
  const rawStop = stringOf(body.stop_reason)
  const stop = rawStop === undefined ? 'stop' : readStop(rawStop)
  return {
    index: 0,
    blocks,
    stop: jsonTool && stop === 'tool' && !blocks.some((block) => block.type === 'call') ? 'stop' : stop,
    ...defined({ rawStop, stopSequence: stringOf(body.stop_sequence) }),
    extra: ownExtra(rawStop === undefined ? { $noStop: true } : {}),
  }
}

/** Tool names get their old form, and the tool that stood for a schema becomes the answer's text. */
export function undoBlock(block: Block, undo: Undo): Block {
  if (block.type !== 'call') return block
  if (block.name === undo.jsonTool) return { type: 'text', text: block.input }
  const name = undo.toolNames?.get(block.name)
  return name === undefined ? block : { ...block, name }
}

export function writeReply(reply: ChatReply, echo: Echo): JsonObject {
  const choice = reply.choices[0]
  const noStop = choice === undefined || (note(choice.extra, '$noStop') === true && choice.stop === 'stop')
  return {
    ...wireFields(reply.extra),
    id: replyId(reply.id, echo),
    type: 'message',
    role: 'assistant',
    content: writeBlocks(
      ownFields(reply.extra) === undefined ? foreignBlocks(choice?.blocks ?? [], echo) : (choice?.blocks ?? []),
    ),
    model: echo.model,
    stop_reason: noStop ? null : writeStop(choice),
    stop_sequence: choice?.stopSequence ?? null,
    usage: rewriteUsage(reply.usage, objectOf(note(reply.extra, '$usage'))),
  }
}

/** Who did not ask for thinking reads the first block as the answer, and gets no signature to carry. */
export const expectsThinking = ({ request: { reasoning } }: Echo): boolean =>
  reasoning?.adaptive === true || (reasoning?.budget ?? 0) > 0

function foreignBlocks(blocks: readonly Block[], echo: Echo): Block[] {
  const said = withoutEmptyText(blocks)
  return signed(expectsThinking(echo) ? withCarriers(said) : said)
}

/** Clients expect a signature field in every thinking block. */
const signed = (blocks: readonly Block[]): Block[] =>
  blocks.map((block) => (block.type === 'reasoning' && block.signature === undefined ? { ...block, signature: '' } : block))

export const replyId = (id: string, echo: Echo): string => (id === '' ? `msg_${echo.callId.replaceAll('-', '')}` : id)

export function usageOfReply(body: JsonObject): Usage | undefined {
  const usage = objectOf(body.usage)
  return usage === undefined ? undefined : readUsage(usage)
}
