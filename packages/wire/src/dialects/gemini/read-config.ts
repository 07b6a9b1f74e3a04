import type { OutputFormat, Reasoning, Sampling } from '../../hub.ts'
import { isObject, stringOf, type JsonObject } from '../../json.ts'
import type { Fields } from './fields.ts'
import { fromOpenApi } from './schema.ts'

export interface ReadConfig {
  readonly sampling: Sampling
  readonly format?: OutputFormat
  readonly reasoning?: Reasoning
  /** What goes into the request's extra: the rest of `generationConfig`, and notes. */
  readonly notes: JsonObject
}

export function readConfig(config: Fields): ReadConfig {
  const sampling = readSampling(config)
  const format = readFormat(config)
  const thinking = config.nested('thinkingConfig')
  const reasoning = thinking === undefined ? undefined : readThinking(thinking)
  const known = Object.keys(sampling).length > 0 || format !== undefined || thinking !== undefined
  const rest = config.rest() ?? (known ? undefined : {})
  return {
    sampling,
    ...(format === undefined ? {} : { format: format.format }),
    ...(reasoning?.reasoning === undefined ? {} : { reasoning: reasoning.reasoning }),
    notes: {
      ...(rest === undefined ? {} : { generationConfig: rest }),
      ...(format?.original === undefined ? {} : { $responseSchema: format.original }),
      ...reasoning?.notes,
    },
  }
}

function readSampling(config: Fields): Sampling {
  const maxTokens = config.integer('maxOutputTokens')
  const temperature = config.number('temperature')
  const topP = config.number('topP')
  const topK = config.number('topK')
  const stop = config.strings('stopSequences')
  const seed = config.integer('seed')
  const frequencyPenalty = config.number('frequencyPenalty')
  const presencePenalty = config.number('presencePenalty')
  const n = config.integer('candidateCount')
  const logprobs = config.boolean('responseLogprobs')
  const topLogprobs = config.integer('logprobs')
  return {
    ...(maxTokens === undefined ? {} : { maxTokens }),
    ...(temperature === undefined ? {} : { temperature }),
    ...(topP === undefined ? {} : { topP }),
    ...(topK === undefined ? {} : { topK }),
    ...(stop === undefined ? {} : { stop }),
    ...(seed === undefined ? {} : { seed }),
    ...(frequencyPenalty === undefined ? {} : { frequencyPenalty }),
    ...(presencePenalty === undefined ? {} : { presencePenalty }),
    ...(n === undefined ? {} : { n }),
    ...(logprobs === undefined ? {} : { logprobs }),
    ...(topLogprobs === undefined ? {} : { topLogprobs }),
  }
}

/** Formats other than JSON and plain text (`text/x.enum`) have no word in the hub: they stay in the rest. */
function readFormat(config: Fields): { format: OutputFormat; original?: JsonObject } | undefined {
  const mimeType = config.peek('responseMimeType')
  if (mimeType !== undefined && typeof mimeType !== 'string') config.string('responseMimeType')
  if (mimeType === 'text/plain') {
    config.string('responseMimeType')
    return { format: { type: 'text' } }
  }
  if (mimeType !== 'application/json') return undefined
  config.string('responseMimeType')
  const json = config.peek('responseJsonSchema')
  if (isObject(json)) {
    config.object('responseJsonSchema')
    return { format: { type: 'schema', name: nameOf(json), schema: json } }
  }
  const original = config.object('responseSchema')
  if (original === undefined) return { format: { type: 'json' } }
  const schema = fromOpenApi(original)
  return { format: { type: 'schema', name: nameOf(schema), schema }, original }
}

/** OpenAI wants a name for every schema; Gemini has none. */
const nameOf = (schema: JsonObject): string =>
  stringOf(schema.title)
    ?.replace(/[^\w-]/g, '_')
    .slice(0, 64) || 'response'

const levels = new Set(['minimal', 'low', 'medium', 'high'])

function readThinking(thinking: Fields): { reasoning: Reasoning; notes: JsonObject } {
  const budget = thinking.integer('thinkingBudget')
  const include = thinking.boolean('includeThoughts')
  const word = thinking.peek('thinkingLevel')
  const level =
    word !== undefined && (typeof word !== 'string' || levels.has(word.toLowerCase()))
      ? thinking.string('thinkingLevel')
      : undefined
  return {
    reasoning: {
      ...(level === undefined ? {} : { effort: level.toLowerCase() }),
      ...(budget === undefined ? {} : budget === -1 ? { adaptive: true } : { budget }),
      ...(include === undefined ? {} : { summary: include ? 'auto' : 'none' }),
    },
    notes: {
      $thinkingConfig: thinking.rest() ?? {},
      ...(level === undefined ? {} : { $level: level }),
    },
  }
}
