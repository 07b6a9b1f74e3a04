import type { Provider } from '@switchyard/core'
import { compact, numberOf, objectsOf, stringOf, type JsonObject } from '@switchyard/wire'
import { textDialect } from '../text/dialect.ts'
import { plainService } from '../text/service.ts'
import { plainPrompt, type Said, type TextModel } from '../text/text-model.ts'

/** `POST /complete` (docs.aleph-alpha.com, "Completion", 2026-11-22). */
const complete: TextModel = {
  name: 'complete',
  write: (prompt) =>
    compact({
      ...prompt.unknown,
      model: prompt.model,
      prompt: plainPrompt(prompt, '\n\n'),
      maximum_tokens: prompt.sampling.maxTokens,
      temperature: prompt.sampling.temperature,
      top_p: prompt.sampling.topP,
      top_k: prompt.sampling.topK,
      stop_sequences: prompt.sampling.stop,
      presence_penalty: prompt.sampling.presencePenalty,
      frequency_penalty: prompt.sampling.frequencyPenalty,
      stream: prompt.stream ? true : undefined,
    }),
  read,
  stops: new Map([
    ['maximum_tokens', 'length'],
    ['end_of_text', 'stop'],
    ['stop_sequence_reached', 'stop'],
  ]),
  keeps: ['presence-penalty', 'frequency-penalty'],
}

/** A stream tells of pieces, then why it stopped, then what it used. */
function read(reply: JsonObject): Said | undefined {
  const counts = countsOf(reply)
  const one = objectsOf(reply['completions'])[0] ?? reply
  const text = stringOf(one['completion'])
  const rawStop = stringOf(one['finish_reason'])
  if (text === undefined && rawStop === undefined && counts.input === undefined) return undefined
  return { text: text ?? '', ...(rawStop === undefined ? {} : { rawStop }), ...counts }
}

function countsOf({ num_tokens_prompt_total: asked, num_tokens_generated: made }: JsonObject): Pick<Said, 'input' | 'output'> {
  const [input, output] = [numberOf(asked), numberOf(made)]
  return input === undefined || output === undefined ? {} : { input, output }
}

export const alephAlpha: Provider = {
  id: 'aleph_alpha',
  name: 'Aleph Alpha',
  keyEnv: ['ALEPH_ALPHA_API_KEY', 'ALEPHALPHA_API_KEY'],
  auth: { kind: 'bearer' },
  baseUrl: 'https://api.aleph-alpha.com/complete',
  baseEnv: ['ALEPH_ALPHA_API_BASE'],
  endpoints: { chat: [{ shape: 'native', path: '/complete', speaks: textDialect(complete, plainService) }] },
  /** LiteLLM's bases end in the route. */
  url: ({ baseUrl }, endpoint) => (baseUrl.endsWith(endpoint.path) ? baseUrl : baseUrl + endpoint.path),
}
