import {
  compact,
  isObject,
  isString,
  numberOf,
  objectOf,
  objectsOf,
  openaiChatProtocol as chat,
  parseJson,
  stringOf,
  type ChatRequest,
  type GatewayError,
  type JsonObject,
  type ModelTraits,
  type ProviderDialect,
  type Written,
} from '@switchyard/wire'
import { mapAnswers } from '../../mending.ts'

/** Orchestration (its schema in @sap-ai-sdk/orchestration 2.16.0, read 2026-11-22): OpenAI's chat in parts of a template. */
export const orchestration: ProviderDialect = {
  writes: {
    ...chat.writes,
    audio: 'drops',
    video: 'drops',
    'file-id': 'drops',
    'reasoning-history': 'keeps',
    'reasoning-signature': 'keeps',
    user: 'drops',
    metadata: 'drops',
    store: 'drops',
    'service-tier': 'drops',
  },
  writeRequest,
  readReply: (body, undo) => chat.readReply(mended(objectOf(body['final_result']) ?? body), undo),
  reader: (sink, undo) => {
    const reader = chat.reader(sink, undo)
    return {
      event: (name, data) => {
        const chunk = parseJson(data)
        // The first events tell what other modules did; `[DONE]` is OpenAI's.
        if (!isObject(chunk)) reader.event(name, data)
        else if (chunk['error'] !== undefined) reader.event('error', JSON.stringify({ error: firstError(chunk) }))
        else if (isObject(chunk['final_result'])) reader.event(name, JSON.stringify(mended(chunk['final_result'])))
      },
      end: () => reader.end(),
    }
  },
  readError,
}

/** The model's own extensions, which have a form here. */
const thinks = ['reasoning_content', 'thinking_blocks'] as const

function writeRequest(request: ChatRequest, traits: ModelTraits): Written {
  const { body, undo } = chat.writeRequest(request, { ...traits, supports: new Set([...traits.supports, ...thinks]) })
  const { model, messages, tools, response_format: format, stream, stream_options: options, max_completion_tokens: most } = body
  const params = compact({
    ...Object.fromEntries(Object.entries(body).filter(([name]) => !known.has(name))),
    max_tokens: body['max_tokens'] ?? most,
    stream_options: stream === true ? { include_usage: true, ...objectOf(options) } : undefined,
  })
  const template = escaped(objectsOf(messages).map(writeThoughts))
  const modules = {
    prompt_templating: {
      prompt: compact({ template: template.value, tools, response_format: format }),
      model: { name: model, params },
    },
  }
  const config = { modules, ...(stream === true ? { stream: { enabled: true } } : {}) }
  return { body: { config, ...(template.isEscaped ? { placeholder_values: { [braces]: opening } } : {}) }, undo }
}

/** What has its own place, and what the service has no word for. */
const known: ReadonlySet<string> = new Set(
  'model messages tools response_format stream stream_options max_tokens max_completion_tokens user metadata store service_tier'.split(
    ' ',
  ),
)

const opening = '{{?'
const braces = 'opening_braces'

/** Texts are templates here: a text that holds the mark of a placeholder gets it by a placeholder. */
function escaped(messages: readonly JsonObject[]): { readonly value: unknown; readonly isEscaped: boolean } {
  if (!JSON.stringify(messages).includes(opening)) return { value: messages, isEscaped: false }
  return { value: mapTexts(messages), isEscaped: true }
}

function mapTexts(value: unknown): unknown {
  if (isString(value)) return value.replaceAll(opening, `${opening}${braces}}}`)
  if (Array.isArray(value)) return value.map(mapTexts)
  return isObject(value) ? Object.fromEntries(Object.entries(value).map(([name, one]) => [name, mapTexts(one)])) : value
}

/** Thoughts are a list with signatures. */
function writeThoughts(message: JsonObject): JsonObject {
  const { reasoning_content: text, thinking_blocks: blocks, ...rest } = message
  const thoughts = objectsOf(blocks).flatMap(({ type, thinking, signature }) =>
    type === 'thinking' ? [compact({ content: thinking, signature })] : [],
  )
  if (thoughts.length > 0) return { ...rest, reasoning_content: thoughts }
  return isString(text) ? { ...rest, reasoning_content: [{ content: text }] } : rest
}

const mended = (reply: JsonObject): JsonObject =>
  mapAnswers(reply, (answer) => {
    const thoughts = objectsOf(answer['reasoning_content'])
    if (thoughts.length === 0) return answer
    return {
      ...answer,
      reasoning_content: thoughts.map(({ content }) => stringOf(content) ?? '').join(''),
      thinking_blocks: thoughts.map(({ content, signature }) =>
        compact({ type: 'thinking', thinking: stringOf(content) ?? '', signature }),
      ),
    }
  })

/** One error, or one of each module that was tried. Its code is a status of HTTP. */
function readError(status: number, body: unknown): GatewayError {
  const first = firstError(objectOf(body) ?? {})
  const message = stringOf(first?.['message'])
  if (message === undefined) return chat.readError(status, body)
  const code = numberOf(first?.['code'])
  return chat.readError(code !== undefined && code >= 400 && code < 600 ? code : status, { error: { message } })
}

const firstError = ({ error }: JsonObject): JsonObject | undefined => objectOf(error) ?? objectsOf(error)[0]
