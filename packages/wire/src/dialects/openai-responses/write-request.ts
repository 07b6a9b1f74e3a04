import type { ModelTraits, Written } from '../../dialect.ts'
import type { Block, ChatRequest } from '../../hub.ts'
import type { JsonObject } from '../../json.ts'
import { plainText } from './content.ts'
import { ownFields, wireObject } from './notes.ts'
import { legalNames, renameTools } from './tool-names.ts'
import { eachItem, messageItem, messageOf, writeItems } from './write-items.ts'
import { writeReasoningSetting, writeText, writeToolChoice, writeTools } from './write-settings.ts'

/** Fewer are refused (400; recorded as LiteLLM's `max_output_tokens: 16` for 3, oracle chat.codex.finish_length). */
const leastOutput = 16

/** More characters are refused; Claude Code 2.1.330 sends 180 as `metadata.user_id`, the person first (2026-11-22). */
const mostUser = 64

export function writeRequest(given: ChatRequest, traits: ModelTraits): Written {
  const fields = ownFields(given.extra)
  const names = fields === undefined ? legalNames(given) : new Map<string, string>()
  const request = withInput(names.size === 0 ? given : renameTools(given, names))
  const { sampling } = request
  const tools = writeTools(request.tools)
  const body = wireObject(fields, {
    model: request.model,
    stream: request.stream ? true : fields?.['$stream'] === true ? false : undefined,
    instructions: instructionsOf(request.system),
    input: writeInput(request, fields),
    tools: tools.length > 0 || fields?.['$tools'] === true ? tools : undefined,
    tool_choice:
      tools.length > 0 || fields !== undefined ? writeToolChoice(request.toolChoice, fields?.['$toolChoice']) : undefined,
    parallel_tool_calls: tools.length > 0 || fields !== undefined ? request.parallelTools : undefined,
    text: writeText(request),
    reasoning: writeReasoningSetting(request, traits),
    temperature: sampling.temperature,
    top_p: sampling.topP,
    top_logprobs: sampling.topLogprobs,
    max_output_tokens: fields === undefined ? atLeast(sampling.maxTokens) : sampling.maxTokens,
    user: fields === undefined ? request.user?.slice(0, mostUser) : request.user,
    metadata: request.metadata,
    service_tier: request.serviceTier,
    store: request.store,
    previous_response_id: request.previousId,
    include: fields === undefined ? includeOf(request, traits) : undefined,
  })
  if (names.size === 0) return { body, undo: {} }
  return { body, undo: { toolNames: new Map([...names].map(([from, to]) => [to, from])) } }
}

/** Input is mandatory: a conversation that is all system prompt (other dialects allow it) becomes the input. */
function withInput(request: ChatRequest): ChatRequest {
  if (request.turns.length > 0 || ownFields(request.extra) !== undefined) return request
  return { ...request, system: [], turns: [{ role: 'system', blocks: request.system }] }
}

const atLeast = (tokens: number | undefined): number | undefined =>
  tokens === undefined ? undefined : Math.max(tokens, leastOutput)

/** What a client of another dialect asks for in its own way, or needs for the next turn without our store. */
function includeOf(request: ChatRequest, traits: ModelTraits): string[] | undefined {
  const include: string[] = []
  // Models that do not reason refuse it with a 400 (github.com/microsoft/agent-framework issue 7483, 2026-11-22).
  const unknown = traits.supports.size === 0
  if (unknown ? request.reasoning !== undefined : traits.supports.has('reasoning')) include.push('reasoning.encrypted_content')
  if (request.sampling.logprobs) include.push('message.output_text.logprobs')
  return include.length === 0 ? undefined : include
}

/** Instructions are text; what came as leading messages goes back there, as do pictures of another dialect. */
const isInstruction = (block: Block): boolean => block.type === 'text' && messageOf(block) === undefined

export function instructionsOf(system: readonly Block[]): string | undefined {
  const texts: string[] = []
  for (const block of system) if (isInstruction(block) && block.type === 'text') texts.push(block.text)
  return texts.length === 0 ? undefined : texts.join('\n\n')
}

function writeInput(request: ChatRequest, fields: JsonObject | undefined): string | JsonObject[] | undefined {
  const items = inputItems(request)
  if (items.length === 0 && fields?.['$noInput'] === true) return undefined
  const [turn] = request.turns
  const text = fields?.['$string'] === true && items.length === 1 && turn?.role === 'user' ? plainText(turn.blocks) : undefined
  return text ?? items
}

/** The leading system messages and the conversation, as items. */
export function inputItems(request: ChatRequest): JsonObject[] {
  const items: JsonObject[] = []
  eachItem(
    request.system.filter((block) => !isInstruction(block)),
    {
      message: (group) => items.push(messageItem(group.blocks, 'system', group.fields)),
      // Only content can stand in a system prompt.
      item() {},
    },
  )
  return [...items, ...writeItems(request.turns)]
}
