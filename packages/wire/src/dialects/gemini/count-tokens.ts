import type { ModelTraits, RequestPath } from '../../dialect.ts'
import { fail } from '../../errors.ts'
import type { ChatRequest } from '../../hub.ts'
import { isObject, numberOf, objectOf, type JsonObject } from '../../json.ts'
import { readRequest } from './read-request.ts'
import { snakeOf } from './spelling.ts'
import { writeRequest } from './write-request.ts'

/** `:countTokens` takes contents alone, a whole request under `generateContentRequest`, or (Vertex) its fields at the top. */
export function readCountRequest(body: JsonObject, path?: RequestPath): ChatRequest {
  const key = body.generateContentRequest === undefined ? snakeOf('generateContentRequest') : 'generateContentRequest'
  const whole = body[key]
  if (whole === undefined) return readRequest(body, path)
  if (!isObject(whole)) throw fail('bad_request', `${key} must be an object`, { param: key })
  const { model: _model, ...request } = whole
  return readRequest(request, path)
}

/** The whole request is counted, so that tools and the system prompt are in the figure. */
export function writeCountRequest(request: ChatRequest, traits: ModelTraits): JsonObject {
  const { body } = writeRequest(request, traits)
  return { generateContentRequest: { model: modelPath(request.model), ...body } }
}

/** Google wants `models/NAME` in bodies. */
export const modelPath = (model: string): string => (model.includes('/') ? model : `models/${model}`)

/** The prompt's tokens. */
export function readCountReply(body: JsonObject): number {
  const total = numberOf(body.totalTokens)
  // Protobuf leaves zero out, so an empty object means none.
  if (total === undefined && objectOf(body.error) !== undefined) throw fail('bad_reply', 'the provider did not count the tokens')
  return total ?? 0
}

export const writeCountReply = (tokens: number): JsonObject => ({ totalTokens: tokens })
