import { maxReplyBytes, readAll, type Incoming, type Outgoing } from '@switchyard/core'
import { isObject, isString, parseJson, stringOf, type JsonObject } from '@switchyard/wire'
import type { TextModel } from '../../../text/text-model.ts'
import { agentFailed, textOf, wholeOf } from './agent-core-events.ts'
import { agentSettings, lastSaid } from './answer.ts'

const streamMark = '$stream'

/** InvokeAgentRuntime of Bedrock AgentCore (API reference, 2026-11-22): what is sent is the agent's own, by custom a prompt. */
export const agentCore: TextModel = {
  name: 'agentcore',
  write: ({ turns, unknown, stream }) => ({ ...unknown, ...(stream ? { [streamMark]: true } : {}), prompt: lastSaid(turns) }),
  ...agentSettings,
  endsWithBody: true,
}

/** Fields of the caller that stand in headers and in the query. */
const headerOf = {
  runtimeSessionId: 'x-amzn-bedrock-agentcore-runtime-session-id',
  runtimeUserId: 'x-amzn-bedrock-agentcore-runtime-user-id',
} as const

/** Requests whose events are passed on while they come. */
const streamed = new WeakSet<Outgoing>()

/** The agent's session has at least 33 characters; without one of the caller's it begins anew. */
export function placeRuntimeFields(outgoing: Outgoing, fields: JsonObject): void {
  const { qualifier, runtimeSessionId, runtimeUserId, [streamMark]: stream, ...payload } = fields
  const { headers } = outgoing
  headers['accept'] = 'application/json, text/event-stream'
  headers[headerOf.runtimeSessionId] = stringOf(runtimeSessionId) ?? `session-${crypto.randomUUID()}`
  if (isString(runtimeUserId)) headers[headerOf.runtimeUserId] = runtimeUserId
  if (isString(qualifier)) outgoing.url += `?qualifier=${encodeURIComponent(qualifier)}`
  outgoing.body = new TextEncoder().encode(JSON.stringify(payload))
  if (stream === true) streamed.add(outgoing)
}

/** Agents answer with JSON or with events, each framework in its way. Undefined: with events that the caller wants as they come. */
export async function readRuntimeReply(incoming: Incoming, outgoing: Outgoing): Promise<JsonObject | undefined> {
  const isEvents = incoming.headers.get('content-type')?.includes('text/event-stream') ?? false
  if (isEvents && streamed.has(outgoing)) return undefined
  const bytes = await readAll(incoming, maxReplyBytes)
  if (isEvents) return wholeOf(bytes)
  const text = new TextDecoder().decode(bytes)
  const json = parseJson(text)
  const answer = textOf(json)
  if (answer === undefined && isObject(json) && json['error'] !== undefined) throw agentFailed(json['error'])
  return { text: answer ?? text }
}
