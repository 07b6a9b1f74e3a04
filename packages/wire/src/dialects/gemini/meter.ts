import type { StreamMeter } from '../../dialect.ts'
import type { GatewayError } from '../../errors.ts'
import { isObject, isString, numberOf, objectOf, objectsOf, parseJson } from '../../json.ts'
import type { Usage } from '../../usage.ts'
import { readError } from './errors.ts'
import { readUsage, usageOf } from './usage.ts'

/**
 * Watches a relayed stream. Gemini repeats its usage in every chunk and only the last counts, so the chunk is kept and
 * parsed when somebody asks. A quote inside a text is escaped, so `"error"` is found as a field only.
 */
export class GeminiMeter implements StreamMeter {
  characters = 0
  finished = false
  error: GatewayError | undefined
  #usageData: string | undefined
  #groundingData: string | undefined
  /** Candidates that are known to be on their way: the first always is. */
  readonly #seen = new Set<number>([0])
  readonly #done = new Set<number>()

  event(_name: string, data: string): void {
    // Where the markers usually stand decides from which end they are looked for.
    if (data.lastIndexOf('"usageMetadata"') >= 0) this.#usageData = data
    if (!data.includes('"candidates"')) return this.#bare(data)
    this.characters += charactersOf(data)
    if (data.includes('"webSearchQueries"')) this.#groundingData = data
    if (data.includes('"finishReason"') || isLaterCandidate(data)) this.#finish(data)
  }

  get usage(): Usage | undefined {
    const chunk = this.#usageData === undefined ? undefined : parseJson(this.#usageData)
    if (!isObject(chunk)) return undefined
    const grounding = this.#groundingData === undefined ? undefined : parseJson(this.#groundingData)
    const meta = objectOf(chunk.usageMetadata)
    if (isObject(grounding) && meta !== undefined) return usageOf(meta, grounding.candidates)
    return readUsage(chunk)
  }

  #finish(data: string): void {
    const chunk = parseJson(data)
    if (!isObject(chunk)) return
    for (const candidate of objectsOf(chunk.candidates)) {
      const index = numberOf(candidate.index) ?? 0
      this.#seen.add(index)
      if (isString(candidate.finishReason)) this.#done.add(index)
    }
    this.finished = this.#done.size >= this.#seen.size
  }

  /** A chunk without candidates: a refused prompt, an error, or usage alone. */
  #bare(data: string): void {
    if (!data.includes('"error"') && !data.includes('"blockReason"')) return
    const chunk = parseJson(data)
    if (!isObject(chunk)) return
    if (isObject(chunk.error)) this.error = readError(0, chunk)
    else if (isString(objectOf(chunk.promptFeedback)?.blockReason)) this.finished = true
  }
}

/** Whether a candidate after the first speaks: few requests have one, and their chunks are parsed. */
function isLaterCandidate(data: string): boolean {
  const at = data.lastIndexOf('"index":')
  if (at < 0) return false
  const digit = data.charCodeAt(at + 8)
  return (digit === 32 ? data.charCodeAt(at + 9) : digit) !== 48
}

/** The length of what stands in `"text"` fields and of a call's arguments, escapes and all: near enough to estimate from. */
function charactersOf(data: string): number {
  let count = 0
  let at = data.indexOf('"text"')
  while (at >= 0) {
    const start = data.indexOf('"', at + 6) + 1
    const end = closingQuote(data, start)
    if (start === 0 || end < 0) break
    count += end - start
    at = data.indexOf('"text"', end)
  }
  const args = data.indexOf('"args"')
  return args < 0 ? count : count + Math.max(0, data.indexOf(']', args) - args - 10)
}

function closingQuote(data: string, from: number): number {
  let end = data.indexOf('"', from)
  while (end >= 0) {
    let slashes = 0
    while (data.charCodeAt(end - 1 - slashes) === 92) slashes++
    if (slashes % 2 === 0) return end
    end = data.indexOf('"', end + 1)
  }
  return -1
}
