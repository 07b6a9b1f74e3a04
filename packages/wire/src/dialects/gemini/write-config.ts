import type { OutputFormat, Sampling } from '../../hub.ts'
import { objectOf, stringOf, type JsonObject } from '../../json.ts'
import { formatWithSchema, passedConfig } from './from-chat.ts'
import { same } from './same.ts'
import { fromOpenApi, toOpenApi, withOrdering } from './schema.ts'
import { spelled } from './spelling.ts'
import { thinkingFor } from './thinking.ts'
import { resolutionOf } from './write-parts.ts'
import type { WriteContext } from './write-request.ts'

/** `generationConfig`; undefined when there is nothing in it. */
export function writeConfig(context: WriteContext): JsonObject | undefined {
  const { request, own, family } = context
  const rest = objectOf(own?.generationConfig)
  const { sampling } = request
  const foreign = own === undefined
  const penalties = !foreign || family.penalties
  const config = spelled(context.spelling, {
    temperature: sampling.temperature ?? (foreign ? family.defaultTemperature : undefined),
    topP: sampling.topP,
    topK: sampling.topK,
    candidateCount: sampling.n,
    stopSequences: sampling.stop,
    maxOutputTokens: sampling.maxTokens,
    presencePenalty: penalties ? sampling.presencePenalty : undefined,
    frequencyPenalty: penalties ? sampling.frequencyPenalty : undefined,
    seed: sampling.seed,
    ...writeLogprobs(sampling, foreign),
    ...passedConfig(request),
    ...writeFormat(context, formatWithSchema(request)),
    thinkingConfig: foreign ? foreignThinking(context) : ownThinking(context, own),
  })
  if (foreign && !family.richParts) Object.assign(config, sharedResolution(context))
  return rest === undefined && Object.keys(config).length === 0 ? undefined : { ...rest, ...config }
}

/** The count alone is refused, so asking for alternatives asks for log probabilities too. */
const writeLogprobs = (sampling: Sampling, foreign: boolean): JsonObject => ({
  responseLogprobs: sampling.logprobs ?? (foreign && sampling.topLogprobs !== undefined ? true : undefined),
  logprobs: foreign && sampling.logprobs === false ? undefined : sampling.topLogprobs,
})

function writeFormat({ own, family }: WriteContext, format: OutputFormat | undefined): JsonObject {
  switch (format?.type) {
    case undefined:
      return {}
    case 'text':
      return own === undefined ? {} : { responseMimeType: 'text/plain' }
    case 'json':
      return { responseMimeType: 'application/json' }
    case 'schema':
      return { responseMimeType: 'application/json', ...writeSchema(format.schema, own, family.jsonSchema) }
  }
}

function writeSchema(schema: JsonObject, own: JsonObject | undefined, jsonSchema: boolean): JsonObject {
  const original = objectOf(own?.$responseSchema)
  if (original !== undefined && same(fromOpenApi(original), schema)) return { responseSchema: original }
  const subset = original !== undefined || (own === undefined && !jsonSchema) ? toOpenApi(schema) : undefined
  return subset === undefined ? { responseJsonSchema: schema } : { responseSchema: withOrdering(subset) }
}

function foreignThinking({ request, traits, family }: WriteContext): JsonObject | undefined {
  return request.reasoning === undefined ? undefined : thinkingFor(request.reasoning, family, traits.reasoningLevels)
}

function ownThinking({ request, spelling }: WriteContext, own: JsonObject): JsonObject | undefined {
  const rest = objectOf(own.$thinkingConfig)
  const { reasoning } = request
  if (rest === undefined && reasoning === undefined) return undefined
  const level = stringOf(own.$level)
  return {
    ...rest,
    ...spelled(spelling, {
      thinkingLevel: level?.toLowerCase() === reasoning?.effort ? level : reasoning?.effort,
      thinkingBudget: reasoning?.adaptive ? -1 : reasoning?.budget,
      includeThoughts: reasoning?.summary === undefined ? undefined : reasoning.summary !== 'none',
    }),
  }
}

/** Before Gemini 3 one resolution holds for the whole request: the highest that any picture asks for. */
function sharedResolution({ request }: WriteContext): JsonObject {
  let found: string | undefined
  for (const turn of request.turns) {
    for (const block of turn.blocks) {
      const resolution = block.type === 'media' ? resolutionOf(block.detail) : undefined
      if (resolution !== undefined && found !== 'MEDIA_RESOLUTION_HIGH') found = resolution
    }
  }
  return found === undefined ? {} : { mediaResolution: found }
}
