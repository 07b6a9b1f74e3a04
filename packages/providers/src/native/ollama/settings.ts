import { compact, objectOf, type ChatRequest, type JsonObject, type OutputFormat, type Reasoning } from '@switchyard/wire'
import { movedInto } from '../../moved-fields.ts'
import { unknownFields } from '../../passed-fields.ts'

/** Ollama's model parameters that clients name at the top of a chat (github.com/ollama/ollama docs/api.md and api/types.go, 2026-11-22). */
const optionNames: ReadonlySet<string> = new Set(
  (
    'num_ctx num_keep num_batch num_gpu main_gpu num_thread num_predict use_mmap use_mlock numa low_vram vocab_only f16_kv ' +
    'min_p typical_p tfs_z repeat_last_n repeat_penalty penalize_newline mirostat mirostat_eta mirostat_tau draft_num_predict'
  ).split(' '),
)

/** What both routes take beside the conversation; fields of the client that nobody knows go with them. */
export function writeSettings(request: ChatRequest): JsonObject {
  const { sampling, stream, format, reasoning, model } = request
  const { options, ...own } = unknownFields(request)
  return compact({
    stream,
    format: writeFormat(format),
    think: writeThink(reasoning, model),
    logprobs: sampling.logprobs,
    top_logprobs: sampling.topLogprobs,
    options: compact({
      num_predict: sampling.maxTokens,
      temperature: sampling.temperature,
      top_p: sampling.topP,
      top_k: sampling.topK,
      seed: sampling.seed,
      stop: sampling.stop,
      frequency_penalty: sampling.frequencyPenalty,
      presence_penalty: sampling.presencePenalty,
      ...objectOf(options),
    }),
    ...own,
  })
}

/** Model parameters of the client or of the deployment, from the top of the body to where Ollama reads them. */
export const optionsInPlace = movedInto('options', optionNames)

const writeFormat = (format: OutputFormat | undefined): JsonObject | 'json' | undefined =>
  format?.type === 'schema' ? format.schema : format?.type === 'json' ? 'json' : undefined

/** Only gpt-oss thinks in levels, and does not stop thinking; others do or do not (github.com/ollama/ollama-js README; native-wire facts §7, 2026-11-22). */
function writeThink(reasoning: Reasoning | undefined, model: string): boolean | string | undefined {
  const { effort, budget } = reasoning ?? {}
  if (effort === undefined && budget === undefined) return undefined
  if (effort === 'none' || budget === 0) return false
  return model.includes('gpt-oss') ? levelOf(effort, budget ?? 0) : true
}

function levelOf(effort: string | undefined, budget: number): 'low' | 'medium' | 'high' {
  switch (effort) {
    case 'minimal':
    case 'low':
      return 'low'
    case 'medium':
      return 'medium'
    case undefined:
      return budget <= 1024 ? 'low' : budget <= 2048 ? 'medium' : 'high'
    default:
      return 'high'
  }
}
