import { compact, numberOf, objectsOf, stringOf, type JsonObject } from '@switchyard/wire'
import { movedInto } from '../../moved-fields.ts'
import { plainPrompt, type Said, type TextModel } from '../../text/text-model.ts'

/** `POST /ml/v1/text/generation` (native-wire facts §10, 2026-11-22). */
export const textGeneration: TextModel = {
  name: 'watsonx text generation',
  write: (prompt) => ({
    input: plainPrompt(prompt, '\n'),
    parameters: compact({
      max_new_tokens: prompt.sampling.maxTokens,
      temperature: prompt.sampling.temperature,
      top_p: prompt.sampling.topP,
      top_k: prompt.sampling.topK,
      repetition_penalty: prompt.sampling.frequencyPenalty,
      random_seed: prompt.sampling.seed,
      stop_sequences: prompt.sampling.stop,
    }),
  }),
  read,
  stops: new Map([
    ['max_tokens', 'length'],
    ['token_limit', 'length'],
    ['time_limit', 'length'],
  ]),
  keeps: ['seed', 'frequency-penalty'],
}

/** Parameters of text generation that OpenAI does not have. */
export const parametersInPlace = movedInto(
  'parameters',
  new Set(
    (
      'decoding_method min_new_tokens max_new_tokens length_penalty repetition_penalty random_seed stop_sequences time_limit ' +
      'truncate_input_tokens include_stop_sequence return_options prompt_variables'
    ).split(' '),
  ),
)

function read(reply: JsonObject): Said | undefined {
  const result = objectsOf(reply['results'])[0]
  const text = stringOf(result?.['generated_text'])
  if (result === undefined || text === undefined) return undefined
  const rawStop = stringOf(result['stop_reason'])
  const [input, output] = [numberOf(result['input_token_count']), numberOf(result['generated_token_count'])]
  return {
    text,
    ...(rawStop === undefined || rawStop === 'not_finished' ? {} : { rawStop }),
    ...(input === undefined ? {} : { input }),
    ...(output === undefined ? {} : { output }),
  }
}
