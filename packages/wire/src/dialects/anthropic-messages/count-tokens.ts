import type { ModelTraits } from '../../dialect.ts'
import { fail } from '../../errors.ts'
import type { ChatRequest } from '../../hub.ts'
import { numberOf, type JsonObject } from '../../json.ts'
import { readPrompt } from './read-request.ts'
import { writeRequest } from './write-request.ts'

/** `/v1/messages/count_tokens`: a request without `max_tokens`, answered by the number of its tokens. */
export const readCountRequest = (body: JsonObject): ChatRequest => readPrompt(body)

/** What the counting endpoint does not take. */
const answerOnly = new Set(
  'max_tokens stream temperature top_p top_k stop_sequences metadata service_tier container inference_geo'.split(' '),
)

export function writeCountRequest(request: ChatRequest, traits: ModelTraits): JsonObject {
  const { body } = writeRequest(request, traits)
  const out: JsonObject = {}
  for (const key in body) if (!answerOnly.has(key)) out[key] = body[key]
  return out
}

export const writeCountReply = (inputTokens: number): JsonObject => ({ input_tokens: inputTokens })

export function readCountReply(body: JsonObject): number {
  const tokens = numberOf(body.input_tokens)
  if (tokens === undefined) throw fail('bad_reply', 'the provider counted no input_tokens')
  return tokens
}
