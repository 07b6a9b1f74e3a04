import type { Provider } from '@switchyard/core'
import { compact, numberOf, stringOf, type JsonObject } from '@switchyard/wire'
import { keyScheme } from '../../key-scheme.ts'
import { textDialect } from '../../text/dialect.ts'
import { plainService } from '../../text/service.ts'
import { plainPrompt, type Said, type TextModel } from '../../text/text-model.ts'
import { NlpCloudReframer } from './reframer.ts'

/** `POST /generation` (native-wire facts §15, 2026-11-22). */
const generation: TextModel = {
  name: 'generation',
  write: (prompt) =>
    compact({
      ...prompt.unknown,
      text: plainPrompt(prompt, ' '),
      max_length: prompt.sampling.maxTokens,
      temperature: prompt.sampling.temperature,
      top_p: prompt.sampling.topP,
      top_k: prompt.sampling.topK,
      stop_sequences: prompt.sampling.stop,
      stream: prompt.stream ? true : undefined,
    }),
  read,
  stops: new Map(),
}

function read(reply: JsonObject): Said | undefined {
  if (reply['done'] === true) return { text: '', rawStop: 'stop' }
  const text = stringOf(reply['generated_text'])
  if (text === undefined) return undefined
  const [input, output] = [numberOf(reply['nb_input_tokens']), numberOf(reply['nb_generated_tokens'])]
  return { text, ...(input === undefined || output === undefined ? {} : { input, output }) }
}

export const nlpCloud: Provider = {
  id: 'nlp_cloud',
  name: 'NLP Cloud',
  keyEnv: ['NLP_CLOUD_API_KEY'],
  ...keyScheme('Token'),
  baseUrl: 'https://api.nlpcloud.io/v1/gpu',
  baseEnv: ['NLP_CLOUD_API_BASE'],
  endpoints: {
    chat: [
      {
        shape: 'native',
        path: '/generation',
        modelInPath: true,
        speaks: textDialect(generation, plainService),
        reframer: () => new NlpCloudReframer(),
      },
    ],
  },
  url: ({ baseUrl, model }, endpoint) => `${baseUrl}/${model.split('/').map(encodeURIComponent).join('/')}${endpoint.path}`,
}
