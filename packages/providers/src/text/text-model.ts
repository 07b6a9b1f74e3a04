import type { ChatRequest, Feature, JsonObject, OutputFormat, Sampling, StopReason } from '@switchyard/wire'
import { unknownFields } from '../passed-fields.ts'

/** What a reply of a text model says, whole or in one piece of a stream. */
export interface Said {
  readonly text: string
  /** The vendor's word for why it stopped; absent while it writes. */
  readonly rawStop?: string
  readonly input?: number
  readonly output?: number
}

/** A vendor's body for text in, text out. */
export interface TextModel {
  readonly name: string
  readonly write: (prompt: Prompt) => JsonObject
  /** The reply, or a chunk of a stream; undefined when it is none. */
  readonly read: (reply: JsonObject) => Said | undefined
  readonly stops: ReadonlyMap<string, StopReason>
  /** Sampling that the body has no word for. */
  readonly lacks?: readonly (keyof Sampling)[]
  /** What it can say besides the system's words, the limit and the usual sampling. */
  readonly keeps?: readonly Feature[]
  /** The text begins inside the model's thoughts: the prompt opened them. */
  readonly thinksFirst?: true
  /** Its streams have no last event: a body that ends whole is the end. */
  readonly endsWithBody?: true
}

/** A conversation of text only. */
export interface Prompt {
  readonly model: string
  readonly system: string
  readonly turns: readonly { readonly role: 'user' | 'assistant'; readonly text: string }[]
  readonly sampling: Sampling
  readonly stream: boolean
  readonly format: OutputFormat | undefined
  /** Fields of chat clients that nobody knows: they may be the model's own. */
  readonly unknown: JsonObject
}

/** The whole conversation as one text, without roles. */
export const plainPrompt = (prompt: Prompt, between: string): string =>
  [...(prompt.system === '' ? [] : [prompt.system]), ...prompt.turns.map(({ text }) => text)].join(between)

export function promptOf(request: ChatRequest): Prompt {
  const { model, system, turns, sampling, stream, format } = request
  const texts = (blocks: ChatRequest['system']): string =>
    blocks.flatMap((block) => (block.type === 'text' ? [block.text] : [])).join('\n')
  const later = turns.filter(({ role }) => role === 'system').flatMap(({ blocks }) => blocks)
  return {
    model,
    system: texts([...system, ...later]),
    turns: turns.flatMap(({ role, blocks }) => {
      const text = texts(blocks)
      return role === 'system' || text === '' ? [] : [{ role, text }]
    }),
    sampling,
    stream,
    format,
    unknown: unknownFields(request, ['stream_options']),
  }
}
