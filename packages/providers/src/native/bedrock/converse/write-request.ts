import {
  adaptToAnthropic,
  compact,
  isString,
  objectOf,
  type ChatRequest,
  type JsonObject,
  type ModelTraits,
  type ToolNameRule,
  type Written,
} from '@switchyard/wire'
import { claudeFields } from './claude-fields.ts'
import { type Family, familyOf } from './families.ts'
import { foretold } from './foretold.ts'
import { plainFields, topFields } from './passed-fields.ts'
import { BlockWriter } from './write-blocks.ts'
import { writeTooling } from './write-tools.ts'

/** Names of tools begin with a letter for some models (native-wire facts §3.3 and recorded cases, 2026-11-22). */
const toolNames: ToolNameRule = { legal: /^[a-zA-Z][a-zA-Z0-9_-]{0,63}$/, maxLength: 64, prefix: 'a' }

/**
 * Converse took its rules for conversations from Claude's API (roles alternate, results come first, no blank text), so the
 * request is put into those terms first; what differs is written here.
 */
export function writeRequest(client: ChatRequest, traits: ModelTraits): Written {
  const family = familyOf(client.model)
  const { request, undo } = adaptToAnthropic({ ...client, turns: client.turns.map(foretold) }, rolesOf(traits), toolNames)
  const blocks = new BlockWriter(client, family, traits)
  const special = family.claude ? claudeFields(request, client, traits) : plainFields(client, family)
  const tooling = writeTooling({ request, client, family, traits, undo })
  const additional = { ...special.additional, ...passedOn(client) }
  const body = compact({
    messages: request.turns.map(({ role, blocks: inside }) => ({ role, content: blocks.write(inside) })),
    system: request.system.length === 0 ? undefined : blocks.write(request.system),
    inferenceConfig: inferenceOf(client, request, special.budgeted === true, family),
    toolConfig: tooling.toolConfig,
    outputConfig: tooling.outputConfig,
    serviceTier: tierOf(client.serviceTier),
    requestMetadata: metadataOf(client.metadata),
    additionalModelRequestFields: Object.keys(additional).length === 0 ? undefined : additional,
    additionalModelResponseFieldPaths: special.responsePaths,
    ...topFields(client),
  })
  return { body, undo }
}

/** Converse has no system turns inside the conversation, even for models that have. */
const rolesOf = (traits: ModelTraits): ModelTraits => ({
  ...traits,
  supports: new Set([...traits.supports].filter((word) => word !== 'mid_conversation_system')),
})

const passedOn = ({ extra }: ChatRequest): JsonObject | undefined =>
  extra?.dialect === 'openai-chat' ? objectOf(extra.fields['additionalModelRequestFields']) : undefined

function inferenceOf(client: ChatRequest, request: ChatRequest, budgeted: boolean, family: Family): JsonObject {
  const { maxTokens, stop, temperature, topP } = family.claude ? request.sampling : client.sampling
  return compact({
    // The model's own limit holds where none was named, but a budget for thinking needs one above it.
    maxTokens: client.sampling.maxTokens === undefined && !budgeted ? undefined : maxTokens,
    temperature: temperature === undefined ? undefined : Math.min(1, temperature),
    topP,
    stopSequences: stop?.filter((word) => word !== ''),
  })
}

function tierOf(tier: string | undefined): JsonObject | undefined {
  if (tier === undefined) return undefined
  return { type: tier === 'auto' || tier === 'standard_only' || tier === 'standard' ? 'default' : tier }
}

const metadataWord = /^[a-zA-Z0-9\s:_@$#=/+,.-]{0,256}$/
const maxMetadata = 16

/** Up to 16 words by name, of a limited alphabet (native-wire facts §3.3, 2026-11-22); a user's id is no such thing. */
function metadataOf(metadata: JsonObject | undefined): JsonObject | undefined {
  const fit = Object.entries(metadata ?? {}).filter(
    ([name, value]) =>
      name !== 'user_id' && name !== '' && metadataWord.test(name) && isString(value) && metadataWord.test(value),
  )
  return fit.length === 0 ? undefined : Object.fromEntries(fit.slice(0, maxMetadata))
}
