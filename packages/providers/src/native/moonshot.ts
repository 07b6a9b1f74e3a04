import type { CallShape, Provider, Quirk, Target } from '@switchyard/core'
import { arrayOf, numberOf, objectsOf, type JsonObject } from '@switchyard/wire'
import { row } from '../row.ts'
import { mapMessages, usualTune, without } from '../tuning.ts'

// Facts of LiteLLM 1.106.2, 2026-11-22.
const reasons = ({ model, traits }: Target): boolean =>
  traits.supports.has('reasoning') || /^kimi-(k2\.[5-9]|k[3-9])|thinking/.test(model)

function temperature(target: Target, call: CallShape): readonly Quirk[] {
  // Theirs is 1, which may be said.
  if (reasons(target)) return call.field('temperature') === 1 ? [] : without(target, call, ['temperature'])
  const several = (numberOf(call.field('n')) ?? 1) > 1
  return [{ do: 'clamp', field: 'temperature', max: 1, ...(several ? { min: 0.3 } : {}) }]
}

/** There is no `required`: the wish is put to the model as a message. */
const pleaseCallTool: Quirk = {
  do: 'edit',
  name: 'tool-choice-as-message',
  edit: (body) => {
    const { tool_choice: _, ...rest } = body
    const messages = Array.isArray(rest['messages']) ? rest['messages'] : []
    return { ...rest, messages: [...messages, { role: 'user', content: 'Answer by calling one of the tools.' }] }
  },
}

const lacksReasoning = ({ tool_calls: calls, reasoning_content: reasoning }: JsonObject): boolean =>
  arrayOf(calls).length > 0 && typeof reasoning !== 'string'

/** A model that reasons refuses a history whose calls have no reasoning before them, as other models' have. */
const blankReasoning: Quirk = {
  do: 'edit',
  name: 'blank-reasoning-before-calls',
  edit: (body) => mapMessages(body, (message) => (lacksReasoning(message) ? { ...message, reasoning_content: ' ' } : message)),
}

export const moonshot: Provider = {
  ...row('moonshot', 'Moonshot', 'https://api.moonshot.ai/v1', {
    aliases: 'moonshotai kimi',
    hosts: 'api.moonshot.cn',
    serves: ['completion'],
    oldMaxTokens: true,
    refuses: 'functions',
    quirks: [{ do: 'flatten-content' }],
  }),
  tune: (target, call) => {
    if (call.shape !== 'openai-chat') return []
    const quirks = [...usualTune(target, call), ...temperature(target, call)]
    if (reasons(target) && objectsOf(call.field('messages')).some(lacksReasoning)) quirks.push(blankReasoning)
    return call.field('tool_choice') === 'required' ? [...quirks, pleaseCallTool] : quirks
  },
}
