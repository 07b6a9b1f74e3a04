import {
  arrayOf,
  openaiChatClient,
  fail,
  isString,
  kindOfUpstream,
  numberOf,
  objectOf,
  stringOf,
  type GatewayError,
  type JsonObject,
} from '@switchyard/wire'
import type { TextService } from '../../text/dialect.ts'
import type { Said } from '../../text/text-model.ts'

/** Before these words the prediction is not over. */
const unfinished: ReadonlySet<unknown> = new Set(['starting', 'processing', undefined])

export const isOver = ({ status }: JsonObject): boolean => !unfinished.has(status)

export const textOf = ({ output }: JsonObject): string => stringOf(output) ?? arrayOf(output).filter(isString).join('')

/** A prediction, or a piece of its text. */
export function readPrediction(reply: JsonObject): Said | undefined {
  const piece = stringOf(reply['text'])
  if (piece !== undefined) return { text: piece }
  if (!isOver(reply)) return undefined
  const metrics = objectOf(reply['metrics'])
  const [input, output] = [numberOf(metrics?.['input_token_count']), numberOf(metrics?.['output_token_count'])]
  const text = reply['streamed'] === true ? '' : textOf(reply)
  return { text, rawStop: 'succeeded', ...(input === undefined || output === undefined ? {} : { input, output }) }
}

export const service: TextService = {
  readError,
  failureOf: (_name, reply) =>
    reply['status'] === 'failed' || reply['status'] === 'canceled' || reply['status'] === 'aborted'
      ? failureOf(reply)
      : undefined,
}

/** LiteLLM's callers know a prediction that failed, and one that is refused, as an unprocessable request. */
function readError(status: number, body: unknown): GatewayError {
  const error = openaiChatClient.readError(status, body)
  if (status !== 422 || error.kind !== 'bad_request') return error
  return fail('unprocessable', error.message, { upstreamBody: body })
}

function failureOf(reply: JsonObject): GatewayError {
  const said = stringOf(reply['error']) ?? `The prediction was ${String(reply['status'])}.`
  const kind = kindOfUpstream(0, said)
  return fail(kind === 'internal' ? 'unprocessable' : kind, said, { upstreamBody: reply })
}
