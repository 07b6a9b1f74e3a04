import type { Echo } from '../../dialect.ts'
import type { ChatReply, Reasoning, StopReason } from '../../hub.ts'
import { compact, type JsonObject } from '../../json.ts'
import { responseId } from './ids.ts'
import { ownFields, wireObject } from './notes.ts'
import { instructionsOf } from './write-request.ts'
import { writeText, writeToolChoice, writeTools } from './write-settings.ts'

type Head = Pick<ChatReply, 'id' | 'created' | 'extra' | 'usage'>

/**
 * Everything of a response but status, output and usage. Where the provider speaks this dialect these are its own
 * fields; else the request is echoed. What it left open is null, for OpenAI's defaults are not another provider's; the
 * fields that may not be null in the official SDKs (openai-node 7.57.0, 2026-11-22) are left out or say that nothing was asked.
 */
export function responseHead(head: Head, echo: Echo): JsonObject {
  const own = ownFields(head.extra)
  if (own !== undefined) {
    const id = head.id === '' ? responseId(echo.callId, '') : head.id
    return wireObject(own, { id, model: echo.model, created_at: createdOf(own, head, echo) })
  }
  const { request } = echo
  const asked = ownFields(request.extra)
  const kept = wireObject(asked, {})
  return {
    id: responseId(echo.callId, head.id),
    object: 'response',
    created_at: head.created || echo.now,
    status: 'completed',
    background: null,
    error: null,
    incomplete_details: null,
    instructions: instructionsOf(request.system) ?? null,
    max_output_tokens: request.sampling.maxTokens ?? null,
    model: echo.model,
    output: [],
    parallel_tool_calls: request.parallelTools ?? false,
    previous_response_id: request.previousId ?? null,
    prompt_cache_key: kept['prompt_cache_key'] ?? null,
    reasoning: reasoningOf(request.reasoning),
    safety_identifier: kept['safety_identifier'] ?? null,
    service_tier: tierOf(head.usage?.serviceTier),
    store: request.store ?? null,
    temperature: request.sampling.temperature ?? null,
    ...compact({ text: writeText(request) }),
    tool_choice: writeToolChoice(request.toolChoice, asked?.['$toolChoice']) ?? kept['tool_choice'] ?? 'auto',
    tools: writeTools(request.tools),
    top_logprobs: request.sampling.topLogprobs ?? null,
    top_p: request.sampling.topP ?? null,
    truncation: kept['truncation'] ?? null,
    usage: null,
    user: request.user ?? null,
    metadata: request.metadata ?? {},
  }
}

/** The usual tier is not named: providers' words for it differ. */
const tierOf = (tier: string | undefined): string | null =>
  tier === undefined || tier === 'auto' || tier === 'default' ? null : tier

const reasoningOf = (reasoning: Reasoning | undefined): JsonObject | null =>
  reasoning === undefined ? null : { effort: reasoning.effort ?? null, summary: reasoning.summary ?? null }

/** A provider that says no time is not made to say one. */
const createdOf = (own: JsonObject, head: Head, echo: Echo): number | undefined =>
  own['$noCreated'] === true ? undefined : head.created || echo.now

/** The answer ended before it was complete, and with it its last message. */
export const isCut = (stop: StopReason): boolean => stop === 'length' || stop === 'filter'

/** How a response says why it ended. */
export function statusFields(stop: StopReason): JsonObject {
  switch (stop) {
    case 'length':
      return { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } }
    case 'filter':
      return { status: 'incomplete', incomplete_details: { reason: 'content_filter' } }
    case 'stop':
    case 'tool':
    case 'pause':
      return { status: 'completed', incomplete_details: null }
  }
}
