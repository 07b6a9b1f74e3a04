import type { Provider } from '@switchyard/core'
import {
  arrayOf,
  compact,
  isString,
  objectsOf,
  stringOf,
  type Block,
  type ChatRequest,
  type JsonObject,
  type Sampling,
} from '@switchyard/wire'
import { PlainTextReframer } from '../../text/plain-text.ts'
import { keyScheme } from '../../key-scheme.ts'
import { textDialect } from '../../text/dialect.ts'
import { plainService } from '../../text/service.ts'
import type { Said, TextModel } from '../../text/text-model.ts'

/** `POST /models/v2/{model}` (docs.bytez.com, "Chat", and native-wire facts §18, 2026-11-22). Nothing is counted. */
const bytezChat: TextModel = {
  name: 'bytez',
  write: ({ sampling, stream, unknown }) => ({ stream, params: paramsOf(sampling, unknown) }),
  read,
  stops: new Map(),
  lacks: ['stop'],
  keeps: ['mid-system', 'image-url', 'image-data', 'audio', 'video'],
  endsWithBody: true,
}

const paramsOf = (sampling: Sampling, unknown: JsonObject): JsonObject =>
  compact({
    ...unknown,
    max_new_tokens: sampling.maxTokens,
    temperature: sampling.temperature,
    top_p: sampling.topP,
    top_k: sampling.topK,
  })

/** Unlike other text models it takes the turns apart, and media in them. */
const writeMessages = ({ system, turns }: ChatRequest): JsonObject[] => [
  ...(system.length === 0 ? [] : [messageOf('system', system)]),
  ...turns.map(({ role, blocks }) => messageOf(role, blocks)),
]

const messageOf = (role: string, blocks: readonly Block[]): JsonObject => ({ role, content: blocks.flatMap(partOf) })

/** Media are addressed; their bytes are an address as well. */
function partOf(block: Block): JsonObject[] {
  if (block.type === 'text') return [{ type: 'text', text: block.text }]
  if (block.type !== 'media' || block.media === 'document') return []
  const { source, media, mimeType = usualType[media] } = block
  if (source.kind === 'url') return [{ type: media, url: source.url }]
  return source.kind === 'data' ? [{ type: media, url: `data:${mimeType};base64,${source.base64}` }] : []
}

const usualType = { image: 'image/png', audio: 'audio/wav', video: 'video/mp4' } as const

function read({ output, text }: JsonObject): Said | undefined {
  if (isString(text)) return { text }
  if (isString(output)) return { text: output }
  const [message] = objectsOf(Array.isArray(output) ? output : [output])
  if (message === undefined) return undefined
  const content = message['content'] ?? message['generated_text']
  if (isString(content)) return { text: content }
  return {
    text: objectsOf(arrayOf(content))
      .map((part) => stringOf(part['text']) ?? '')
      .join(''),
  }
}

const text = textDialect(bytezChat, plainService)

export const bytez: Provider = {
  id: 'bytez',
  name: 'Bytez',
  keyEnv: ['BYTEZ_API_KEY'],
  ...keyScheme('Key'),
  baseUrl: 'https://api.bytez.com/models/v2',
  baseEnv: ['BYTEZ_API_BASE'],
  endpoints: {
    chat: [
      {
        shape: 'native',
        path: '',
        modelInPath: true,
        speaks: {
          ...text,
          writeRequest: (request, traits) => {
            const { body, undo } = text.writeRequest(request, traits)
            return { body: { messages: writeMessages(request), ...body }, undo }
          },
        },
        reframer: () => new PlainTextReframer(),
      },
    ],
  },
  url: ({ baseUrl, model: name }) => `${baseUrl}/${name.split('/').map(encodeURIComponent).join('/')}`,
}
