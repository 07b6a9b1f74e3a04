import {
  anything,
  boolean,
  byField,
  integer,
  is,
  list,
  number,
  object,
  positive,
  shape,
  string,
  stringOr,
  type Check,
} from './check.ts'
import { isObject, isString } from '../../json.ts'

const inner = (key: string, fields: Readonly<Record<string, Check>>, required: readonly string[]): Check =>
  shape({ [key]: shape(fields, required), cache_control: object }, [key])

const url = { url: string, detail: string }
const linked = (key: string): Check => shape({ [key]: stringOr(shape(url, ['url'])), cache_control: object }, [key])

const file = shape({ file_id: string, file_data: string, filename: string })
const fileInner: Check = (value) =>
  file(value) ?? (isObject(value) && (isString(value.file_id) || isString(value.file_data)) ? undefined : fileProblem)
const fileProblem = { path: '', expected: 'an object with file_id or file_data' }

const part = byField(
  'type',
  {
    text: shape({ text: string, cache_control: object }, ['text']),
    refusal: shape({ refusal: string }, ['refusal']),
    image_url: linked('image_url'),
    video_url: linked('video_url'),
    audio_url: linked('audio_url'),
    input_audio: inner('input_audio', { data: string, format: string }, ['data', 'format']),
    file: shape({ file: fileInner, cache_control: object }, ['file']),
  },
  shape({ cache_control: object }),
)
const content = stringOr(list(part, 'a string or an array of content parts'))

const functionCall = shape({ name: string, arguments: string }, ['name', 'arguments'])
const functionTyped = shape({ id: string, function: functionCall, cache_control: object }, ['id', 'function'])
// Some clients leave the type of a call out; then it is a function's.
const call = byField('type', { function: functionTyped }, shape({ id: string }, ['id']), functionTyped)
const thinking = byField(
  'type',
  { thinking: shape({ signature: string }, ['thinking']), redacted_thinking: shape({ data: string }, ['data']) },
  anything,
)

const spoken = { content, name: string, cache_control: object }
const noRole: Check = () => ({
  path: 'role',
  expected: "one of 'system', 'developer', 'user', 'assistant', 'tool' and 'function'",
})
const message = byField(
  'role',
  {
    system: shape(spoken, ['content']),
    developer: shape(spoken, ['content']),
    user: shape(spoken, ['content']),
    assistant: shape({
      ...spoken,
      refusal: string,
      reasoning_content: string,
      reasoning: string,
      thinking_blocks: list(thinking),
      annotations: list(object),
      audio: object,
      images: list(object),
      tool_calls: list(call),
      function_call: functionCall,
    }),
    tool: shape({ ...spoken, tool_call_id: string, is_error: boolean }, ['tool_call_id']),
    function: shape({ ...spoken, name: string }, ['name']),
  },
  noRole,
)

const definition = shape({ name: string, description: string, parameters: object, strict: boolean }, ['name'])
const functionTool = { function: definition, cache_control: object }
// Gemini's hosted tools come without a type: `{googleSearch: {}}` (LiteLLM takes them so).
const tool = byField('type', { function: shape(functionTool, ['function']) }, object, shape(functionTool))

const named = shape({ name: string }, ['name'])
const toolChoice = stringOr(
  byField(
    'type',
    {
      function: shape({ function: named }, ['function']),
      allowed_tools: shape({ allowed_tools: shape({ mode: string, tools: list(object) }, ['mode', 'tools']) }, ['allowed_tools']),
    },
    object,
  ),
)

const schema = shape({ name: string, schema: object, description: string, strict: boolean }, ['name'])
const format = byField('type', { json_schema: shape({ json_schema: schema }, ['json_schema']) }, object)
const messages = list(message, 'an array of messages')
const someMessages: Check = (value) => messages(value) ?? (Array.isArray(value) && value.length === 0 ? noMessages : undefined)
const noMessages = { path: '', expected: 'an array with at least one message' }

/** The settings that `/completions` shares with `/chat/completions`. */
export const commonSettings: Readonly<Record<string, Check>> = {
  model: string,
  stream: boolean,
  stream_options: shape({ include_usage: boolean }),
  max_tokens: positive,
  temperature: number,
  top_p: number,
  top_k: integer,
  n: positive,
  stop: stringOr(list(string, 'a string or an array of strings')),
  seed: integer,
  frequency_penalty: number,
  presence_penalty: number,
  logit_bias: object,
  user: string,
  metadata: object,
  service_tier: string,
  store: boolean,
}

/** Everything that the reader understands. Fields that are not here travel unseen. */
export const requestShape = shape(
  {
    ...commonSettings,
    messages: someMessages,
    max_completion_tokens: positive,
    logprobs: boolean,
    top_logprobs: integer,
    tools: list(tool),
    functions: list(definition),
    tool_choice: toolChoice,
    function_call: stringOr(named),
    parallel_tool_calls: boolean,
    response_format: format,
    reasoning_effort: is('a string', (value) => isString(value) || isObject(value)),
    thinking: object,
    reasoning: object,
  },
  ['messages'],
)
