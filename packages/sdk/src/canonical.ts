import type { Shape } from '@switchyard/core'
import { isObject, isString, objectOf, type JsonObject } from '@switchyard/wire'

/**
 * A relayed reply is as the provider sent it. Here it is parsed anyway, so what OpenAI's shape promises is made true: the
 * fields that are always there are, and reasoning has one name.
 */
export function canonical(reply: JsonObject, shape: Shape, callId: string): JsonObject {
  switch (shape) {
    case 'openai-chat':
      return { ...headOf(reply, callId), ...reply, ...choicesOf(reply) }
    case 'openai-embeddings':
      return { ...reply, ...usageOf(reply) }
    default:
      return reply
  }
}

function headOf(reply: JsonObject, callId: string): JsonObject {
  const complete = isString(reply['id']) && typeof reply['created'] === 'number' && isString(reply['object'])
  if (complete || !Array.isArray(reply['choices'])) return {}
  return { id: `chatcmpl-${callId}`, object: 'chat.completion', created: Math.floor(Date.now() / 1000) }
}

function choicesOf({ choices }: JsonObject): JsonObject {
  if (!Array.isArray(choices) || !choices.some((choice) => namesReasoning(choice) || thinksAloud(choice))) return {}
  return { choices: choices.map((choice: unknown) => (isObject(choice) ? withReasoningContent(choice) : choice)) }
}

/** The field is called `reasoning` by OpenRouter, Cerebras, Together and others (recorded with LiteLLM 1.106, 2026-11-22). */
const namesReasoning = (choice: unknown): boolean => isObject(choice) && isString(answerOf(choice)?.['reasoning'])

const answerOf = (choice: JsonObject): JsonObject | undefined => objectOf(choice['message']) ?? objectOf(choice['delta'])

/** Servers without a reasoning parser leave the thoughts of DeepSeek's models and others at the start of the text. */
const aloud = /^\s*<think(?:ing)?>([^]*?)<\/think(?:ing)?>([^]*)$/

const thoughtsIn = (choice: JsonObject): RegExpExecArray | null => {
  const { content, reasoning_content: reasoning } = objectOf(choice['message']) ?? {}
  return isString(content) && !isString(reasoning) ? aloud.exec(content) : null
}

const thinksAloud = (choice: unknown): boolean => isObject(choice) && thoughtsIn(choice) !== null

function withReasoningContent(choice: JsonObject): JsonObject {
  const { reasoning, ...answer } = answerOf(choice) ?? {}
  const [, thoughts, content] = thoughtsIn(choice) ?? []
  if (thoughts !== undefined) return { ...choice, message: { ...answer, reasoning_content: thoughts, content } }
  if (!isString(reasoning)) return choice
  return { ...choice, [isObject(choice['message']) ? 'message' : 'delta']: { reasoning_content: reasoning, ...answer } }
}

/** Usage has the same three sums for every operation. */
const usageOf = ({ usage }: JsonObject): JsonObject => (isObject(usage) ? { usage: { completion_tokens: 0, ...usage } } : {})
