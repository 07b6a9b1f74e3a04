import { maxReplyBytes, readAll, type Incoming } from '@switchyard/core'
import {
  AwsEventStreamParser,
  compact,
  fail,
  isObject,
  numberOf,
  objectOf,
  parseJson,
  stringOf,
  type JsonObject,
} from '@switchyard/wire'
import { readError } from '../../../aws/errors.ts'
import { payloadText, readAwsEvent, type AwsEvent } from '../../../aws/event-stream.ts'
import type { TextModel } from '../../../text/text-model.ts'
import { chunkText } from '../reframers.ts'
import { agentSettings, lastSaid } from './answer.ts'

/** InvokeAgent (API reference, 2026-11-22). What was said before, the agent knows by its session. */
export const agent: TextModel = {
  name: 'agent',
  // The trace is where the agent says what it used.
  write: ({ turns, unknown }) => ({ enableTrace: true, ...unknown, inputText: lastSaid(turns) }),
  ...agentSettings,
}

/** The answer comes as an event stream, whether it was asked for in pieces or not. */
export async function readAgentEvents(incoming: Incoming, isTraced: boolean): Promise<JsonObject> {
  const answer: Answer = { texts: [], input: 0, output: 0 }
  const parser = new AwsEventStreamParser((message) => note(readAwsEvent(message), answer))
  parser.push(await readAll(incoming, maxReplyBytes))
  if (parser.pending) throw fail('bad_gateway', 'the provider ended the stream before its last event; try again')
  const { texts, input, output } = answer
  return compact({
    text: texts.length === 0 ? undefined : texts.join(''),
    // Without the trace nobody says what was used.
    ...(isTraced ? { inputTokens: input, outputTokens: output } : {}),
  })
}

interface Answer {
  readonly texts: string[]
  input: number
  output: number
}

function note(event: AwsEvent, answer: Answer): void {
  if ('exception' in event) throw readError(0, { __type: event.exception, message: event.message })
  if (event.type === 'chunk') answer.texts.push(chunkText(event.payload))
  if (event.type === 'trace') addUsage(parseJson(payloadText(event.payload)), answer)
  if (event.type === 'returnControl') {
    throw fail(
      'unprocessable',
      'The agent wants its caller to run an action (returnControl), which a chat has no words for: give the action a function, or ' +
        'call the agent through the pass-through route.',
    )
  }
}

/** Every model that the agent asks is told with its usage, each in a trace of its own kind. */
function addUsage(trace: unknown, answer: Answer): void {
  if (!isObject(trace)) return
  const usage = objectOf(objectOf(trace['metadata'])?.['usage'])
  answer.input += numberOf(usage?.['inputTokens']) ?? 0
  answer.output += numberOf(usage?.['outputTokens']) ?? 0
  for (const inside of Object.values(trace)) addUsage(inside, answer)
}

/** The session is part of the address: the one that the caller names, or one of its own. */
export const sessionIn = (body: JsonObject): string =>
  stringOf(body['sessionID']) ?? stringOf(body['sessionId']) ?? crypto.randomUUID()
