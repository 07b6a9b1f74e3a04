import { compact, objectsOf } from '@switchyard/wire'
import { generationStops, readGenerated } from '../../text/text-generation.ts'
import { plainPrompt, type TextModel } from '../../text/text-model.ts'
import { listName } from './exchange.ts'

/** Containers of Hugging Face's text generation (native-wire facts §4, 2026-11-22). A temperature of 0 is refused there. */
export const textGeneration: TextModel = {
  name: 'text-generation',
  write: (prompt) => ({
    inputs: plainPrompt(prompt, ' '),
    parameters: compact({
      max_new_tokens: prompt.sampling.maxTokens,
      temperature: prompt.sampling.temperature === 0 ? 0.01 : prompt.sampling.temperature,
      top_p: prompt.sampling.topP,
      top_k: prompt.sampling.topK,
      stop: prompt.sampling.stop,
    }),
    ...(prompt.stream ? { stream: true } : {}),
  }),
  read: (reply) => readGenerated(objectsOf(reply[listName])[0] ?? reply),
  stops: generationStops,
}
