import type { ModelTraits, Written } from '../../dialect.ts'
import type { Block, ChatRequest, Turn } from '../../hub.ts'
import { isObject, objectOf, type JsonObject } from '../../json.ts'
import { passedFields } from './from-chat.ts'
import { type Family, familyOf, skipSignature } from './families.ts'
import { ownFields, spelled, type Spelling, spellingOf, upstreamSpelling, wireFields } from './spelling.ts'
import { toolNamesFor } from './tool-names.ts'
import { writeConfig } from './write-config.ts'
import { type PartStyle, unsmuggled, writeParts } from './write-parts.ts'
import { writeToolConfig, writeTools } from './write-tools.ts'

/** Everything that a writer of one request needs. `own` is set when the request was read from this dialect. */
export interface WriteContext {
  readonly request: ChatRequest
  readonly traits: ModelTraits
  readonly family: Family
  readonly own: JsonObject | undefined
  readonly spelling: Spelling
  readonly toolName: (name: string) => string
}

export function writeRequest(request: ChatRequest, traits: ModelTraits): Written {
  const own = ownFields(request.extra)
  const names = toolNamesFor(request)
  const context: WriteContext = {
    request,
    traits,
    family: familyOf(traits),
    own,
    spelling: own === undefined ? upstreamSpelling : spellingOf(own),
    toolName: own === undefined ? names.write : (name) => name,
  }
  const style = styleOf(context)
  const contents = own === undefined ? mergedContents(request.turns, style, context.family) : ownContents(request.turns, style)
  const body = {
    ...restOfBody(own),
    ...passedFields(request),
    ...spelled(context.spelling, {
      contents: own?.$single === true && contents.length === 1 ? contents[0] : contents,
      systemInstruction: writeSystem(context, style),
      tools: writeTools(context),
      toolConfig: writeToolConfig(context),
      generationConfig: writeConfig(context),
      serviceTier: writeTier(context),
    }),
  }
  return { body, undo: own === undefined && names.undo !== undefined ? { toolNames: names.undo } : {} }
}

/** The fields that the hub does not know. Those of the two configs are written with the rest of their object. */
function restOfBody(own: JsonObject | undefined): JsonObject {
  const rest = wireFields(own)
  if (isObject(rest.generationConfig)) delete rest.generationConfig
  if (isObject(rest.toolConfig)) delete rest.toolConfig
  return rest
}

function styleOf(context: WriteContext): PartStyle {
  const foreign = context.own === undefined
  const calls = new Map<string, string>()
  for (const turn of context.request.turns) {
    for (const block of turn.blocks) if (block.type === 'call') calls.set(block.id, block.name)
  }
  return {
    foreign,
    spelling: context.spelling,
    callIds: !foreign || context.family.callIds,
    richParts: context.family.richParts,
    toolName: context.toolName,
    nameOfCall: (id) => calls.get(id),
  }
}

/** A Gemini request is written turn for turn as it was read. */
const ownContents = (turns: readonly Turn[], style: PartStyle): JsonObject[] =>
  turns.map((turn) => {
    const own = ownFields(turn.extra)
    const parts = turn.blocks.flatMap((block) => writeParts(block, style))
    const role = own === undefined || own.$role === undefined ? (turn.role === 'assistant' ? 'model' : 'user') : own.$role
    return {
      ...wireFields(own),
      ...(role === null ? {} : { role }),
      parts: own?.$single === true && parts.length === 1 ? parts[0] : parts,
    }
  })

/**
 * Turns of another dialect: neighbours of one role become one content, but answers of tools stand alone, as the model
 * was trained. System turns are in the system instruction.
 */
function mergedContents(turns: readonly Turn[], style: PartStyle, family: Family): JsonObject[] {
  const contents: JsonObject[] = []
  let kind = ''
  let parts: JsonObject[] = []
  for (const turn of turns) {
    if (turn.role === 'system') continue
    const role = turn.role === 'assistant' ? 'model' : 'user'
    for (const block of signed(turn, family)) {
      if (isEmpty(block)) continue
      const written = writeParts(block, style)
      if (written.length === 0) continue
      const next = role === 'user' && block.type === 'result' ? 'result' : role
      if (next !== kind) contents.push({ role, parts: (parts = []) })
      kind = next
      parts.push(...written)
    }
  }
  // Google refuses a request without contents; a system prompt alone is legal elsewhere.
  return contents.length > 0 ? contents : [{ role: 'user', parts: [{ text: '.' }] }]
}

const isEmpty = (block: Block): boolean => block.type === 'text' && block.text === '' && block.signature === undefined

/** Gemini 3 refuses a turn whose first call has no signature: a call that another model made gets the stand-in. */
function signed(turn: Turn, family: Family): readonly Block[] {
  if (!family.callIds || turn.role !== 'assistant') return turn.blocks
  const first = turn.blocks.find((block) => block.type === 'call')
  if (first === undefined || (first.signature ?? unsmuggled(first.id).signature) !== undefined) return turn.blocks
  return turn.blocks.map((block) => (block === first ? { ...first, signature: skipSignature } : block))
}

function writeSystem(context: WriteContext, style: PartStyle): JsonObject | undefined {
  const { request, own } = context
  if (own !== undefined) {
    const note = objectOf(own.$system)
    const parts = request.system.flatMap((block) => writeParts(block, style))
    if (note === undefined && parts.length === 0) return undefined
    return { ...wireFields(note), parts: note?.$single === true && parts.length === 1 ? parts[0] : parts }
  }
  const later = request.turns.filter((turn) => turn.role === 'system').flatMap((turn) => turn.blocks)
  const parts = [...request.system, ...later].filter((block) => !isEmpty(block)).flatMap((block) => writeParts(block, style))
  return parts.length === 0 ? undefined : { parts }
}

/** OpenAI's and Anthropic's words for tiers. `auto` is the provider's own choice, which is what saying nothing means. */
function writeTier({ request, own }: WriteContext): string | undefined {
  const tier = request.serviceTier
  if (own !== undefined) return tier === 'default' && own.$tier !== 'default' ? 'standard' : tier
  switch (tier) {
    case 'default':
    case 'standard_only':
      return 'standard'
    case 'flex':
    case 'priority':
    case 'standard':
      return tier
    default:
      return undefined
  }
}
