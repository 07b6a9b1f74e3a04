import { numberOf, stringOf, type JsonObject } from '@switchyard/wire'
import { readError } from '../../../aws/errors.ts'
import { exceptionEvent } from '../../../aws/event-stream.ts'
import { textDialect, type TextService } from '../../../text/dialect.ts'
import type { Prompt, TextModel } from '../../../text/text-model.ts'

/** What an agent answered, as the exchange puts it together: `{text, inputTokens?, outputTokens?}`. */
export const agentSettings: Pick<TextModel, 'read' | 'stops' | 'lacks'> = {
  read: (reply) => {
    const text = stringOf(reply['text'])
    return text === undefined ? undefined : { text }
  },
  stops: new Map(),
  /** An agent asks its models in its own way. */
  lacks: ['stop', 'topK', 'topP', 'temperature', 'maxTokens'],
}

export const lastSaid = (turns: Prompt['turns']): string => turns.findLast(({ role }) => role === 'user')?.text ?? ''

const service: TextService = {
  readError,
  failureOf: (name, event) => (name === exceptionEvent ? readError(0, event) : undefined),
  counts: (reply: JsonObject) => ({ input: numberOf(reply['inputTokens']), output: numberOf(reply['outputTokens']) }),
}

/** An agent has instructions of its own, and gets the last message alone. */
export function agentDialect(model: TextModel): ReturnType<typeof textDialect> {
  const dialect = textDialect(model, service)
  return { ...dialect, writes: { ...dialect.writes, system: 'drops', 'mid-system': 'drops' } }
}
