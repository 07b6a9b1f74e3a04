import type { StreamMeter } from '../../dialect.ts'
import { fail, type GatewayError } from '../../errors.ts'
import { isObject, objectOf, parseJson, type JsonObject } from '../../json.ts'
import type { Usage } from '../../usage.ts'
import { readInBandError } from './errors.ts'
import { readUsage } from './usage.ts'

const deltaField = /"delta"\s*:\s*"/

/**
 * Watches a relayed stream. Only the terminal and error events are parsed; of the others the length of `delta` is taken
 * as it is printed, so an escape counts as the characters it is written with: close enough for an estimate.
 */
export class ResponsesMeter implements StreamMeter {
  usage: Usage | undefined
  characters = 0
  finished = false
  error: GatewayError | undefined

  event(name: string, data: string): void {
    if (isDelta(name, data)) this.characters += deltaLength(data)
    else if (mayEnd(name, data)) this.#end(parseJson(data))
  }

  #end(body: unknown): void {
    if (!isObject(body)) return
    switch (body['type']) {
      case 'response.completed':
      case 'response.incomplete':
        return this.#finish(body)
      case 'response.failed':
        this.#finish(body)
        this.error = readInBandError(objectOf(objectOf(body['response'])?.['error']) ?? {})
        return
      case 'response.cancelled':
        this.#finish(body)
        this.error = fail('bad_gateway', 'The provider cancelled the response.')
        return
      case 'error':
        this.error = readInBandError(body)
        return
      default:
        if (body['type'] === undefined && isObject(body['error'])) this.error = readInBandError(body)
    }
  }

  #finish(body: JsonObject): void {
    this.finished = true
    const response = objectOf(body['response'])
    if (response !== undefined) this.usage = readUsage(response) ?? this.usage
  }
}

/** Servers that give no event names are told apart by the data. */
const isDelta = (name: string, data: string): boolean =>
  name === 'message' ? data.includes('.delta"') && deltaField.test(data) : name.endsWith('.delta')

const terminalNames: ReadonlySet<string> = new Set([
  'response.completed',
  'response.incomplete',
  'response.failed',
  'response.cancelled',
  'error',
])

/** A marker may stand in a text as well: what was parsed for nothing changes nothing. */
const mayEnd = (name: string, data: string): boolean =>
  name === 'message'
    ? data.includes('"response.completed"') ||
      data.includes('"response.incomplete"') ||
      data.includes('"response.failed"') ||
      data.includes('"response.cancelled"') ||
      data.includes('"error"')
    : terminalNames.has(name)

/** The printed length of the first string named `delta`, found without parsing. */
function deltaLength(data: string): number {
  let start = data.indexOf('"delta":"')
  if (start >= 0) start += 9
  else {
    const found = deltaField.exec(data)
    if (found === null) return 0
    start = found.index + found[0].length
  }
  let end = data.indexOf('"', start)
  while (end > 0 && isEscaped(data, end)) end = data.indexOf('"', end + 1)
  return end < 0 ? 0 : end - start
}

function isEscaped(data: string, quote: number): boolean {
  let backslashes = 0
  while (data.charCodeAt(quote - 1 - backslashes) === 92) backslashes++
  return backslashes % 2 === 1
}
