import type { Provider } from '@switchyard/core'
import { arrayOf, compact, objectsOf, stringOf } from '@switchyard/wire'
import { textDialect } from '../text/dialect.ts'
import { plainService } from '../text/service.ts'
import { plainPrompt, type TextModel } from '../text/text-model.ts'

/** The contract of LiteLLM's `custom` servers (native-wire facts §18, 2026-11-22). It does not stream. */
const server: TextModel = {
  name: 'custom',
  write: (prompt) => ({
    model: prompt.model,
    params: compact({
      ...prompt.unknown,
      prompt: [plainPrompt(prompt, ' ')],
      max_tokens: prompt.sampling.maxTokens,
      temperature: prompt.sampling.temperature,
      top_p: prompt.sampling.topP,
      top_k: prompt.sampling.topK,
    }),
  }),
  read: (reply) => {
    const [first] = objectsOf(reply['data'])
    const text = stringOf(arrayOf(first?.['output'])[0])
    return text === undefined ? undefined : { text }
  },
  stops: new Map(),
  lacks: ['stop'],
}

export const custom: Provider = {
  id: 'custom',
  name: 'Custom',
  keyEnv: ['CUSTOM_API_KEY'],
  keyless: true,
  auth: { kind: 'bearer' },
  baseEnv: ['CUSTOM_API_BASE'],
  endpoints: { chat: [{ shape: 'native', path: '', speaks: textDialect(server, plainService) }] },
  url: ({ baseUrl }) => baseUrl,
}
