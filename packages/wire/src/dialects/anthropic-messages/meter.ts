import type { StreamMeter } from '../../dialect.ts'
import type { GatewayError } from '../../errors.ts'
import { isObject, objectOf, parseJson, type JsonObject } from '../../json.ts'
import type { Usage } from '../../usage.ts'
import { readError } from './errors.ts'
import { mergeUsage, readUsage } from './usage.ts'

/** What surrounds the text of a delta: `{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":""}}`. */
const envelope = 80

/**
 * Reads only the few events that hold usage, the end or an error. Characters are estimated from the length of the
 * deltas: escapes count as written, and a provider that spaces its JSON adds a few each.
 */
export class Meter implements StreamMeter {
  #wire: JsonObject | undefined
  usage: Usage | undefined
  characters = 0
  finished = false
  error: GatewayError | undefined

  event(_name: string, data: string): void {
    // The types stand at the front in all known servers; a text that quotes one stands behind it.
    const front = data.length > 80 ? data.slice(0, 80) : data
    if (front.includes('content_block_')) {
      if (front.includes('_delta') && !front.includes('signature_') && !front.includes('citations_')) {
        this.characters += Math.max(0, data.length - envelope)
      }
    } else if (front.includes('message_stop')) this.finished = true
    else if (data.includes('message_start') || data.includes('message_delta') || data.includes('error')) this.#read(data)
  }

  #read(data: string): void {
    const event = parseJson(data)
    if (!isObject(event)) return
    if (event.type === 'error') this.error = readError(0, event)
    const usage = objectOf(event.usage) ?? objectOf(objectOf(event.message)?.usage)
    if (usage === undefined) return
    this.#wire = mergeUsage(this.#wire, usage)
    this.usage = readUsage(this.#wire)
  }
}
