/**
 * Token usage with one algebra for every provider: `input` includes cached and written tokens, `output` includes
 * reasoning; the parts never exceed the whole. Each dialect has one normaliser that makes this from its wire fields.
 */
export interface Usage {
  readonly input: number
  readonly output: number
  /** Input tokens read from a prompt cache. */
  readonly cacheRead: number
  /** Input tokens written to a prompt cache, both lifetimes together. */
  readonly cacheWrite: number
  /** The part of `cacheWrite` that was written for one hour. */
  readonly cacheWrite1h: number
  readonly reasoning: number
  readonly inputAudio: number
  readonly inputImage: number
  readonly inputVideo: number
  readonly cacheReadAudio: number
  readonly outputAudio: number
  readonly outputImage: number
  readonly webSearches: number
  /** The tier that the provider says it served (`priority`, `flex`, `batch` …), not the one asked for. */
  readonly serviceTier?: string
  /** True when the gateway counted because the provider did not say. */
  readonly estimated?: boolean
  /** The provider counts what it writes to its cache, so that 0 says that nothing was written. */
  readonly countsCacheWrites?: true
  /** USD that the provider itself states for the call (OpenRouter and others), when it does. */
  readonly statedCostUsd?: number
  /** What is billed by other measures than tokens; absent for chats. */
  readonly units?: Units
  /** Which kind of the units was made, as price lists name it: `hd/1024-x-1792` of images, `720p` of video. */
  readonly unitVariant?: string
}

/** `image`: one that was made; `input-second`: of what was listened to; `output-second`: of speech or video that was made. */
export const unitNames = ['image', 'input-second', 'output-second', 'character', 'page', 'annotated-page', 'query'] as const
export type Unit = (typeof unitNames)[number]

/** Seconds may be fractions. */
export type Units = Readonly<Partial<Record<Unit, number>>>

export const noUsage: Usage = {
  input: 0,
  output: 0,
  cacheRead: 0,
  cacheWrite: 0,
  cacheWrite1h: 0,
  reasoning: 0,
  inputAudio: 0,
  inputImage: 0,
  inputVideo: 0,
  cacheReadAudio: 0,
  outputAudio: 0,
  outputImage: 0,
  webSearches: 0,
}

/** Thoughts that were shown but not counted, at four characters of English a token: for printing, never for a bill. */
export const thoughtTokens = (characters: number, output: number): number => Math.min(Math.round(characters / 4), output)

export const withThoughts = (usage: Usage, characters: number): Usage =>
  usage.reasoning > 0 ? usage : { ...usage, reasoning: thoughtTokens(characters, usage.output) }

/** Larger than any context window: what lies above is a broken provider, not a bill. */
const absurd = 1e9

const count = (value: number, ceiling: number): number =>
  Number.isFinite(value) && value > 0 ? Math.min(Math.round(value), ceiling) : 0

/** Makes usage obey the algebra: negative, fractional, absurd or contradictory figures are cut to the nearest legal ones. */
export function makeUsage(parts: Partial<Usage>): Usage {
  const input = count(parts.input ?? 0, absurd)
  const output = count(parts.output ?? 0, absurd)
  const cacheRead = count(parts.cacheRead ?? 0, input)
  const cacheWrite = count(parts.cacheWrite ?? 0, input - cacheRead)
  return {
    input,
    output,
    cacheRead,
    cacheWrite,
    cacheWrite1h: count(parts.cacheWrite1h ?? 0, cacheWrite),
    reasoning: count(parts.reasoning ?? 0, output),
    inputAudio: count(parts.inputAudio ?? 0, input),
    inputImage: count(parts.inputImage ?? 0, input),
    inputVideo: count(parts.inputVideo ?? 0, input),
    cacheReadAudio: count(parts.cacheReadAudio ?? 0, cacheRead),
    outputAudio: count(parts.outputAudio ?? 0, output),
    outputImage: count(parts.outputImage ?? 0, output),
    webSearches: count(parts.webSearches ?? 0, absurd),
    ...(parts.serviceTier === undefined ? {} : { serviceTier: parts.serviceTier }),
    ...(parts.estimated ? { estimated: true } : {}),
    ...(parts.countsCacheWrites ? { countsCacheWrites: true } : {}),
    ...(parts.statedCostUsd === undefined ? {} : { statedCostUsd: parts.statedCostUsd }),
    ...(parts.units === undefined ? {} : { units: legalUnits(parts.units) }),
    ...(parts.unitVariant === undefined ? {} : { unitVariant: parts.unitVariant }),
  }
}

function legalUnits(units: Units): Units {
  const legal: { [U in Unit]?: number } = {}
  for (const unit of unitNames) {
    const amount = units[unit]
    if (amount !== undefined && Number.isFinite(amount) && amount > 0) legal[unit] = Math.min(amount, absurd)
  }
  return legal
}
