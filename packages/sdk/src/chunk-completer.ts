import { clientManners, type Ask } from '@switchyard/core'
import {
  isObject,
  numberOf,
  objectOf,
  objectsOf,
  stringOf,
  thoughtTokens,
  type JsonObject,
  type NanoUsd,
  type Usage,
} from '@switchyard/wire'

export interface CompleterParts {
  readonly ask: Ask
  /** Of relayed chunks: the model as it was asked for, which is what translated ones name, and LiteLLM's. */
  readonly model?: string
  readonly costOf: (usage: Usage) => NanoUsd | undefined
}

/** Completes what a stream tells: chunks have no `_info`, so what the call cost stands in their usage, where LiteLLM has it. */
export class ChunkCompleter {
  readonly #parts: CompleterParts
  /** Characters of reasoning so far. */
  #thought = 0
  #called = false

  constructor(parts: CompleterParts) {
    this.#parts = parts
  }

  complete(event: JsonObject): JsonObject {
    switch (this.#parts.ask.shape) {
      case 'openai-chat':
        this.#watch(event)
        return this.#withChoice(this.#named(this.#completed(event, (usage) => this.#divided(usage))))
      case 'openai-completions':
        return this.#named(this.#completed(event, (usage) => this.#divided(usage)))
      case 'openai-responses': {
        const response = objectOf(event['response'])
        return response === undefined ? event : { ...event, response: this.#completed(response, (usage) => usage) }
      }
      default:
        return event
    }
  }

  /** A name without its publisher is the same. */
  #named(event: JsonObject): JsonObject {
    const { model } = this.#parts
    const said = stringOf(event['model'])
    return said === undefined || model === undefined || model.endsWith(`/${said}`) ? event : { ...event, model }
  }

  /** Only who asked for usage knows of chunks without a choice. */
  #withChoice(event: JsonObject): JsonObject {
    const { choices, usage } = event
    const isBare = Array.isArray(choices) && choices.length === 0 && isObject(usage)
    if (!isBare || this.#parts.ask.body.has('stream_options')) return event
    return { ...event, choices: [{ index: 0, delta: {}, finish_reason: null }] }
  }

  #watch({ choices }: JsonObject): void {
    for (const choice of objectsOf(choices)) {
      const delta = objectOf(choice['delta'])
      this.#thought += stringOf(delta?.['reasoning_content'])?.length ?? 0
      this.#called ||= Array.isArray(delta?.['tool_calls'])
    }
  }

  #completed(reply: JsonObject, divide: (usage: JsonObject) => JsonObject): JsonObject {
    const usage = objectOf(reply['usage'])
    if (usage === undefined) return reply
    const cost = this.#cost(reply)
    return { ...reply, usage: { ...(cost === undefined ? {} : { cost }), ...divide(usage) } }
  }

  /** What calls took of the output is not known. */
  #divided(usage: JsonObject): JsonObject {
    const output = numberOf(usage['completion_tokens'])
    if (isObject(usage['completion_tokens_details']) || this.#called || output === undefined) return usage
    const reasoning = thoughtTokens(this.#thought, output)
    return { ...usage, completion_tokens_details: { reasoning_tokens: reasoning, text_tokens: output - reasoning } }
  }

  #cost(reply: JsonObject): number | undefined {
    const { ask, costOf } = this.#parts
    const usage = clientManners(ask.dialects, ask.shape).readUsage(reply)
    const nano = usage === undefined ? undefined : costOf(usage)
    return nano === undefined || nano === 0 ? undefined : nano / 1e9
  }
}
