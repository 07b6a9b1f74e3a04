import { compact, type ChatRequest, type JsonObject, type Reasoning } from '@switchyard/wire'
import { unknownFields as fieldsUnknown } from '../../../passed-fields.ts'
import type { Family } from './families.ts'

/** What a family says in its own fields. */
export interface Special {
  readonly additional: JsonObject
  readonly responsePaths?: readonly string[]
  /** A budget for thinking is part of the limit. */
  readonly budgeted?: boolean
}

/** Fields of Converse that clients of LiteLLM write beside OpenAI's. */
const ownNames = [
  'guardrailConfig',
  'performanceConfig',
  'requestMetadata',
  'promptVariables',
  'additionalModelResponseFieldPaths',
] as const

export function topFields({ extra }: ChatRequest): JsonObject {
  const out: JsonObject = {}
  if (extra?.dialect !== 'openai-chat') return out
  for (const name of ownNames) if (extra.fields[name] !== undefined) out[name] = extra.fields[name]
  return out
}

/** They may be the model's own. */
export const unknownFields = (request: ChatRequest): JsonObject =>
  fieldsUnknown(request, [...ownNames, 'additionalModelRequestFields'])

/** What models other than Claude take in fields of their own. */
export function plainFields(client: ChatRequest, family: Family): Special {
  const effort = effortOf(client.reasoning)
  const { topK } = client.sampling
  return {
    additional: {
      ...(effort === undefined ? {} : family.effort?.(effort)),
      ...(topK === undefined ? {} : family.topK?.(topK)),
      ...compact(unknownFields(client)),
    },
  }
}

/** A budget of tokens as the word that stands for about as many (native-wire facts §0.4, 2026-11-22). */
function effortOf(reasoning: Reasoning | undefined): string | undefined {
  if (reasoning === undefined || reasoning.effort === 'none') return undefined
  if (reasoning.effort !== undefined) return reasoning.effort
  const { budget } = reasoning
  if (budget === undefined || budget === 0) return undefined
  return budget <= 1024 ? 'low' : budget <= 2048 ? 'medium' : 'high'
}
