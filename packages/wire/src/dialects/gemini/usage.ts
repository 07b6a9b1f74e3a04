import { arrayOf, numberOf, objectOf, objectsOf, stringOf, type JsonObject } from '../../json.ts'
import { makeUsage, type Usage } from '../../usage.ts'

const searchesOf = (candidates: unknown): number =>
  objectsOf(candidates).reduce(
    (sum, candidate) => sum + arrayOf(objectOf(candidate.groundingMetadata)?.webSearchQueries).length,
    0,
  )

const groundedOf = (candidates: unknown): boolean =>
  objectsOf(candidates).some((candidate) => objectOf(candidate.groundingMetadata) !== undefined)

function tokensOf(details: unknown, modality: string): number {
  return objectsOf(details).reduce(
    (sum, entry) => (stringOf(entry.modality) === modality ? sum + (numberOf(entry.tokenCount) ?? 0) : sum),
    0,
  )
}

/** Vertex names the kind of traffic, AI Studio the tier. On-demand is what nobody asks for. */
function tierOf(meta: JsonObject): string | undefined {
  switch (meta.trafficType) {
    case 'ON_DEMAND_PRIORITY':
      return 'priority'
    case 'ON_DEMAND_FLEX':
      return 'flex'
    case 'ON_DEMAND':
      return 'default'
    default: {
      const tier = stringOf(meta.serviceTier)?.toLowerCase()
      return tier === 'standard' ? 'default' : tier
    }
  }
}

/**
 * `usageMetadata` → usage. The prompt's count includes cached tokens but not those that tools put in, which are billed
 * unless they come from grounding. The answer's count excludes thoughts, except where the total shows that it has them.
 */
export function usageOf(meta: JsonObject, candidates: unknown): Usage {
  const prompt = numberOf(meta.promptTokenCount) ?? 0
  const toolUse = numberOf(meta.toolUsePromptTokenCount) ?? 0
  const answer = numberOf(meta.candidatesTokenCount) ?? 0
  const reasoning = numberOf(meta.thoughtsTokenCount) ?? 0
  const total = numberOf(meta.totalTokenCount)
  const included = reasoning > 0 && total !== undefined && answer >= reasoning && total === prompt + toolUse + answer
  const tier = tierOf(meta)
  return makeUsage({
    input: prompt + (groundedOf(candidates) ? 0 : toolUse),
    output: included ? answer : answer + reasoning,
    cacheRead: numberOf(meta.cachedContentTokenCount) ?? 0,
    reasoning,
    inputAudio: tokensOf(meta.promptTokensDetails, 'AUDIO'),
    inputImage: tokensOf(meta.promptTokensDetails, 'IMAGE'),
    inputVideo: tokensOf(meta.promptTokensDetails, 'VIDEO'),
    cacheReadAudio: tokensOf(meta.cacheTokensDetails, 'AUDIO'),
    outputAudio: tokensOf(meta.candidatesTokensDetails, 'AUDIO'),
    outputImage: tokensOf(meta.candidatesTokensDetails, 'IMAGE'),
    webSearches: searchesOf(candidates),
    ...(tier === undefined ? {} : { serviceTier: tier }),
  })
}

export function readUsage(reply: JsonObject): Usage | undefined {
  const meta = objectOf(reply.usageMetadata)
  return meta === undefined ? undefined : usageOf(meta, reply.candidates)
}

/** Usage → `usageMetadata`, with the parts by modality when there is more than text. */
export function writeUsage(usage: Usage): JsonObject {
  const answer = usage.output - usage.reasoning
  const prompt = modalities(usage.input, [
    ['AUDIO', usage.inputAudio],
    ['IMAGE', usage.inputImage],
    ['VIDEO', usage.inputVideo],
  ])
  const candidates = modalities(answer, [
    ['AUDIO', usage.outputAudio],
    ['IMAGE', usage.outputImage],
  ])
  return {
    promptTokenCount: usage.input,
    candidatesTokenCount: answer,
    totalTokenCount: usage.input + usage.output,
    ...(usage.cacheRead > 0 ? { cachedContentTokenCount: usage.cacheRead } : {}),
    ...(usage.reasoning > 0 ? { thoughtsTokenCount: usage.reasoning } : {}),
    ...(prompt === undefined ? {} : { promptTokensDetails: prompt }),
    ...(candidates === undefined ? {} : { candidatesTokensDetails: candidates }),
    ...(usage.cacheReadAudio > 0 ? { cacheTokensDetails: modalities(usage.cacheRead, [['AUDIO', usage.cacheReadAudio]]) } : {}),
  }
}

function modalities(whole: number, parts: readonly (readonly [string, number])[]): JsonObject[] | undefined {
  const present = parts.filter(([, count]) => count > 0)
  if (present.length === 0) return undefined
  const text = whole - present.reduce((sum, [, count]) => sum + count, 0)
  return [['TEXT', text] as const, ...present]
    .filter(([, count]) => count > 0)
    .map(([modality, tokenCount]) => ({ modality, tokenCount }))
}
