import type { Prompt } from '../../text/text-model.ts'
import { llama3 } from '../../text/templates.ts'
import { plainPrompt } from '../../text/text-model.ts'
import { compact, type Feature, type JsonObject } from '@switchyard/wire'

/** How a family of models wants to be asked: every model on Replicate names its own inputs. */
export interface Family {
  readonly id: string
  readonly models: RegExp
  readonly keeps: readonly Feature[]
  readonly lacks: readonly ('stop' | 'topK')[]
  readonly inputOf: (prompt: Prompt) => JsonObject
}

/** What the system says has an input of its own; the turns are one text. */
const apart = (system: string, limit: string): Family['inputOf'] => {
  return (prompt) => ({
    ...compact({ [system]: prompt.system === '' ? undefined : prompt.system, [limit]: prompt.sampling.maxTokens }),
    ...compact({ temperature: prompt.sampling.temperature, top_p: prompt.sampling.topP }),
    prompt: plainPrompt({ ...prompt, system: '' }, '\n\n'),
  })
}

const usual = ({ sampling }: Prompt, limit: string): JsonObject =>
  compact({
    temperature: sampling.temperature,
    top_p: sampling.topP,
    top_k: sampling.topK,
    // Many of one text (input schema of meta/meta-llama-3.1-405b-instruct on Replicate, read 2026-11-22).
    stop_sequences: sampling.stop?.join(','),
    [limit]: sampling.maxTokens,
  })

const penalties = ({ sampling }: Prompt): JsonObject =>
  compact({ presence_penalty: sampling.presencePenalty, frequency_penalty: sampling.frequencyPenalty })

/** Input schemas on the models' pages of replicate.com, read 2026-11-22; the last one is the fallback. */
export const families: readonly Family[] = [
  {
    id: 'llama-3',
    models: /llama-?3/,
    keeps: ['presence-penalty', 'frequency-penalty'],
    lacks: [],
    // The model would put its own template around ours.
    inputOf: (prompt) => ({
      prompt: llama3(prompt),
      prompt_template: '{prompt}',
      ...usual(prompt, 'max_tokens'),
      ...penalties(prompt),
    }),
  },
  { id: 'anthropic', models: /^anthropic\//, keeps: [], lacks: ['stop', 'topK'], inputOf: apart('system_prompt', 'max_tokens') },
  {
    id: 'openai',
    models: /^openai\//,
    keeps: [],
    lacks: ['stop', 'topK'],
    inputOf: apart('system_prompt', 'max_completion_tokens'),
  },
  {
    id: 'google',
    models: /^google\//,
    keeps: [],
    lacks: ['stop', 'topK'],
    inputOf: apart('system_instruction', 'max_output_tokens'),
  },
  {
    id: 'deepseek',
    models: /^deepseek-ai\//,
    keeps: ['presence-penalty', 'frequency-penalty'],
    lacks: ['stop', 'topK'],
    inputOf: (prompt) => ({
      prompt: plainPrompt(prompt, '\n\n'),
      ...compact({
        max_tokens: prompt.sampling.maxTokens,
        temperature: prompt.sampling.temperature,
        top_p: prompt.sampling.topP,
      }),
      ...penalties(prompt),
    }),
  },
  {
    id: 'older',
    models: /vicuna|flan/,
    keeps: ['seed'],
    lacks: [],
    inputOf: (prompt) => ({ prompt: plainPrompt(prompt, ' '), ...usual(prompt, 'max_length'), ...seedOf(prompt) }),
  },
  {
    id: 'usual',
    models: /(?:)/,
    keeps: ['seed'],
    lacks: [],
    inputOf: (prompt) => ({ prompt: plainPrompt(prompt, ' '), ...usual(prompt, 'max_new_tokens'), ...seedOf(prompt) }),
  },
]

const seedOf = ({ sampling }: Prompt): JsonObject => compact({ seed: sampling.seed })
