import type { RequestPath } from '../../dialect.ts'
import type { Block, ChatRequest, Turn } from '../../hub.ts'
import { isObject, type JsonObject } from '../../json.ts'
import { CallIds } from './call-ids.ts'
import { Fields, mismatch, Reading } from './fields.ts'
import { readConfig } from './read-config.ts'
import { PartReader } from './read-parts.ts'
import { readToolChoice, readTools } from './read-tools.ts'
import { kept } from './spelling.ts'

/** A GenerateContentRequest. The model and the streaming wish stand in the path, not in the body. */
export function readRequest(body: JsonObject, path: RequestPath = {}): ChatRequest {
  const reading = new Reading(true)
  const root = new Fields('', body, reading)
  const parts = new PartReader(new CallIds())
  const notes: JsonObject = {}

  const turns = readContents(root, reading, parts, notes)
  const system = readSystem(root, reading, parts, notes)
  const tools = root.items('tools')
  if (tools?.length === 0) notes.$noTools = true
  const calling = readCalling(root, notes)
  const configFields = root.nested('generationConfig')
  const config = configFields === undefined ? undefined : readConfig(configFields)
  const serviceTier = root.string('serviceTier')
  Object.assign(notes, config?.notes)

  return {
    model: path.model ?? '',
    stream: path.stream ?? false,
    system,
    turns,
    tools: tools === undefined ? [] : readTools(tools),
    ...(calling?.choice === undefined ? {} : { toolChoice: calling.choice }),
    ...(config?.format === undefined ? {} : { format: config.format }),
    ...(config?.reasoning === undefined ? {} : { reasoning: config.reasoning }),
    sampling: config?.sampling ?? {},
    ...(serviceTier === undefined ? {} : { serviceTier: serviceTier === 'standard' ? 'default' : serviceTier }),
    extra: {
      dialect: 'gemini',
      fields: { ...root.rest(), ...notes, ...(serviceTier === 'default' ? { $tier: serviceTier } : {}), $snake: reading.snake },
    },
  }
}

function readContents(root: Fields, reading: Reading, parts: PartReader, notes: JsonObject): Turn[] {
  const single = isObject(root.peek('contents')) ? root.nested('contents') : undefined
  if (single !== undefined) notes.$single = true
  const contents = single === undefined ? root.items('contents') : [single]
  if (contents === undefined) throw mismatch('contents', 'given: an array of contents')
  return contents.map((content) => readTurn(content, reading, parts))
}

function readTurn(content: Fields, reading: Reading, parts: PartReader): Turn {
  const role = content.string('role')
  if (role !== undefined && role !== 'user' && role !== 'model' && role !== 'function') {
    throw mismatch(content.at('role'), '`user` or `model`')
  }
  const { blocks, notes } = readBlocks(content, reading, parts)
  if (role === undefined) notes.$role = null
  else if (role === 'function') notes.$role = role
  return { role: role === 'model' ? 'assistant' : 'user', blocks, ...kept({ ...content.rest(), ...notes }) }
}

/** `parts`: an array, or (the API takes it) one part alone. */
function readBlocks(content: Fields, reading: Reading, parts: PartReader): { blocks: Block[]; notes: JsonObject } {
  const alone = content.peek('parts')
  if (isObject(alone)) {
    const part = content.nested('parts') ?? new Fields(content.at('parts'), alone, reading)
    return { blocks: [parts.read(part)], notes: { $single: true } }
  }
  const items = content.items('parts') ?? content.missing('parts', 'an array of parts')
  return { blocks: (items ?? []).map((part) => parts.read(part)), notes: {} }
}

function readSystem(root: Fields, reading: Reading, parts: PartReader, notes: JsonObject): Block[] {
  const system = root.nested('systemInstruction')
  if (system === undefined) return []
  const read = readBlocks(system, reading, parts)
  notes.$system = { ...system.rest(), ...read.notes }
  return read.blocks
}

function readCalling(root: Fields, notes: JsonObject): ReturnType<typeof readToolChoice> | undefined {
  const config = root.nested('toolConfig')
  if (config === undefined) return undefined
  const calling = config.nested('functionCallingConfig')
  const choice = calling === undefined ? undefined : readToolChoice(calling)
  const rest = config.rest() ?? (calling === undefined ? {} : undefined)
  if (rest !== undefined) notes.toolConfig = rest
  if (calling !== undefined) notes.$functionCallingConfig = calling.rest() ?? {}
  if (choice?.mode !== undefined) notes.$mode = choice.mode
  return choice
}
