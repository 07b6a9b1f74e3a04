import type { Echo, Undo } from '../../dialect.ts'
import { withoutEmptyText } from '../../empty-text.ts'
import { fail } from '../../errors.ts'
import type { Block, ChatReply, Choice } from '../../hub.ts'
import { isObject, objectOf, stringOf, type JsonObject } from '../../json.ts'
import { CallIds } from './call-ids.ts'
import { readError } from './errors.ts'
import { Fields, Reading } from './fields.ts'
import { finishReasonOf, stopOf } from './finish.ts'
import { groundingOf, withCitations } from './grounding.ts'
import { meanLogprob, readLogprobs, writeLogprobs } from './logprobs.ts'
import { PartReader } from './read-parts.ts'
import { same } from './same.ts'
import { camelCase, ownFields, wireFields } from './spelling.ts'
import { readUsage, usageOf, writeUsage } from './usage.ts'
import { type PartStyle, writeParts } from './write-parts.ts'

/** How parts of replies are written: camelCase, with all that the block has. */
export const replyStyle: PartStyle = {
  foreign: false,
  spelling: camelCase,
  callIds: true,
  richParts: true,
  toolName: (name) => name,
  nameOfCall: () => undefined,
}

export function readReply(body: JsonObject, undo?: Undo): ChatReply {
  if (isObject(body.error)) throw readError(200, body)
  const root = new Fields('', body, new Reading(false))
  const id = root.string('responseId')
  const model = root.string('modelVersion')
  const candidates = root.items('candidates')
  const blocked = objectOf(body.promptFeedback)
  if ((candidates === undefined || candidates.length === 0) && blocked === undefined) {
    throw fail('bad_reply', 'the provider sent neither candidates nor a reason why there are none; try again')
  }
  const usage = readUsage(body)
  const parts = new PartReader(new CallIds(id), undo)
  const choices = (candidates ?? []).map((candidate, at) => readCandidate(candidate, at, parts))
  if (choices.length === 0) choices.push(blockedChoice(blocked ?? {}))
  return {
    id: id ?? '',
    model: model ?? '',
    created: createdOf(body),
    choices,
    ...(usage === undefined ? {} : { usage }),
    extra: {
      dialect: 'gemini',
      fields: {
        ...root.rest(),
        ...(id === undefined ? { $noId: true } : {}),
        ...(model === undefined ? { $noModel: true } : {}),
        ...(candidates?.length === 0 ? { $candidates: [] } : {}),
      },
    },
  }
}

/** Vertex tells when; AI Studio does not. */
export function createdOf(body: JsonObject): number {
  const time = Date.parse(stringOf(body.createTime) ?? '')
  return Number.isNaN(time) ? 0 : Math.floor(time / 1000)
}

/** The prompt was refused: no candidate, but the caller must see an answer that was filtered. */
function blockedChoice(feedback: JsonObject): Choice {
  const rawStop = stringOf(feedback.blockReason)
  const extra = { dialect: 'gemini', fields: { $blocked: true, promptFeedback: feedback } } as const
  return { index: 0, blocks: [], stop: 'filter', ...(rawStop === undefined ? {} : { rawStop }), extra }
}

function readCandidate(candidate: Fields, at: number, parts: PartReader): Choice {
  const content = candidate.nested('content')
  const items = content?.items('parts')
  const blocks: readonly Block[] = (items ?? []).map((part) => parts.read(part))
  const rawStop = candidate.string('finishReason')
  const index = candidate.integer('index')
  const logprobs = objectOf(candidate.peek('logprobsResult'))
  const rest = content?.rest() ?? {}
  const usual = rest.role === 'model' && Object.keys(rest).length === 1
  return {
    index: index ?? at,
    blocks: withCitations(blocks, candidate.whole),
    stop: stopOf(
      rawStop,
      blocks.some((block) => block.type === 'call'),
    ),
    ...(rawStop === undefined ? {} : { rawStop }),
    ...(logprobs === undefined ? {} : { logprobs: readLogprobs(logprobs) }),
    extra: {
      dialect: 'gemini',
      fields: {
        ...candidate.rest(),
        ...(index === undefined ? { $noIndex: true } : {}),
        ...(rawStop === undefined ? { $noFinish: true } : {}),
        ...(content === undefined ? { $shape: 'no-content' } : items === undefined ? { $shape: 'no-parts' } : {}),
        ...(content === undefined || usual ? {} : { $content: rest }),
      },
    },
  }
}

export function writeReply(reply: ChatReply, echo: Echo): JsonObject {
  const own = ownFields(reply.extra)
  const candidates = reply.choices.flatMap((choice) => {
    const note = ownFields(choice.extra)
    return note?.$blocked === true && choice.blocks.length === 0 ? [] : [writeCandidate(choice, note)]
  })
  const usageMetadata = writeReplyUsage(reply, own)
  return {
    ...wireFields(own),
    ...(candidates.length > 0 ? { candidates } : own?.$candidates === undefined ? {} : { candidates: [] }),
    ...(usageMetadata === undefined ? {} : { usageMetadata }),
    ...(own?.$noModel === true ? {} : { modelVersion: echo.model }),
    ...(own?.$noId === true ? {} : { responseId: reply.id === '' ? echo.callId : reply.id }),
  }
}

/** The provider's own count is printed while it still says what our usage says. */
function writeReplyUsage(reply: ChatReply, own: JsonObject | undefined): JsonObject | undefined {
  if (reply.usage === undefined) return undefined
  const raw = objectOf(own?.usageMetadata)
  const { webSearches: _searches, ...usage } = reply.usage
  if (raw === undefined) return writeUsage(reply.usage)
  const grounded = reply.choices.map((choice) => ownFields(choice.extra) ?? {})
  const { webSearches: _rawSearches, ...rawUsage } = usageOf(raw, grounded)
  return same(rawUsage, usage) ? raw : writeUsage(reply.usage)
}

function writeCandidate(choice: Choice, own: JsonObject | undefined): JsonObject {
  const { blocks, logprobs } = choice
  const parts = (own === undefined ? withoutEmptyText(blocks) : blocks).flatMap((block) => writeParts(block, replyStyle))
  const empty = blocks.length === 0
  const content = {
    ...(objectOf(own?.$content) ?? { role: 'model' }),
    ...(empty && own?.$shape === 'no-parts' ? {} : { parts }),
  }
  return {
    ...wireFields(own),
    ...(empty && own?.$shape === 'no-content' ? {} : { content }),
    ...(own?.$noFinish === true ? {} : { finishReason: finishReasonOf(choice.stop, choice.rawStop, own !== undefined) }),
    ...(own?.$noIndex === true ? {} : { index: choice.index }),
    ...(own === undefined ? foreignFields(blocks, logprobs) : {}),
  }
}

function foreignFields(blocks: readonly Block[], logprobs: JsonObject | undefined): JsonObject {
  const texts = blocks.flatMap((block, part) =>
    block.type === 'text' && block.citations !== undefined ? [{ part, text: block.text, citations: block.citations }] : [],
  )
  const groundingMetadata = groundingOf(texts)
  const avgLogprobs = logprobs === undefined ? undefined : meanLogprob(logprobs)
  return {
    ...(groundingMetadata === undefined ? {} : { groundingMetadata }),
    ...(avgLogprobs === undefined ? {} : { avgLogprobs }),
    ...(logprobs === undefined ? {} : { logprobsResult: writeLogprobs(logprobs) }),
  }
}
