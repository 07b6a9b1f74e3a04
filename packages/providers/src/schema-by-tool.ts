import type { Asked, Endpoint, Operation } from '@switchyard/core'
import {
  openaiChatProtocol,
  objectOf,
  type ChatRequest,
  type ModelTraits,
  type ProviderDialect,
  type ToolChoice,
} from '@switchyard/wire'

const chat = openaiChatProtocol

/** OpenAI's chat where a model knows no schemas: the answer is asked for as the arguments of a tool, and read back from there. */
const speaks: ProviderDialect = {
  writes: chat.writes,
  writeRequest: (request, traits) => {
    const { format, ...plain } = request
    if (format?.type !== 'schema') return chat.writeRequest(request, traits)
    const name = freeName(request)
    const { schema, description } = format
    const tools = [...request.tools, { name, schema, ...(description === undefined ? {} : { description }) }]
    const { body, undo } = chat.writeRequest({ ...plain, tools, toolChoice: choiceOf(request, name) }, traits)
    return { body, undo: { ...undo, jsonTool: name } }
  },
  readReply: (body, undo) => chat.readReply(body, undo),
  reader: (sink, undo) => chat.reader(sink, undo),
  readError: (status, body) => chat.readError(status, body),
}

/** Clients of LiteLLM may know the name from their traces. */
const usualName = 'json_tool_call'

const freeName = ({ tools }: ChatRequest): string => {
  const names = new Set(tools.map(({ name }) => name))
  let name = usualName
  for (let n = 2; names.has(name); n++) name = `${usualName}_${n}`
  return name
}

/** Beside the client's own tools the model must only call some tool: forcing ours would make the others useless. */
function choiceOf({ tools, toolChoice }: ChatRequest, name: string): ToolChoice {
  if (toolChoice?.mode === 'named') return toolChoice
  if (tools.length === 0 || toolChoice?.mode === 'none') return { mode: 'named', name }
  if (toolChoice?.mode === 'allowed') return { mode: 'allowed', names: [...toolChoice.names, name], required: true }
  return { mode: 'required' }
}

const endpoint: Endpoint = { shape: 'openai-chat', path: '/chat/completions', speaks }

/** The endpoint for a request of a schema in chat; undefined for every other request. */
export const schemaByTool = (operation: Operation, { lacks }: ModelTraits, asked: Asked | undefined): Endpoint | undefined =>
  operation === 'chat' && asked !== undefined && !lacks.has('function_calling') && wantsSchema(asked) ? endpoint : undefined

/** In Chat Completions, in Responses and in Messages. */
const wantsSchema = ({ field }: Asked): boolean =>
  [field('response_format'), objectOf(field('text'))?.['format'], objectOf(field('output_config'))?.['format']].some(
    (format) => objectOf(format)?.['type'] === 'json_schema',
  )
