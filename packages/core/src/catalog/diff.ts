import { fail, isGatewayError, isObject, parseJson } from '@switchyard/wire'
import type { JsonObject, PicoUsd } from '@switchyard/wire'
import type { Catalog } from './catalog.ts'
import { readLitellmPrices } from './litellm-prices.ts'
import { readModelRow } from './model-row.ts'
import { flattenPrices, isRateName, parsePriceKey } from './prices.ts'
import type { FlatPrices } from './prices.ts'

/** One difference between the catalog and a newer price list. `field` is a key of `FlatPrices`. */
export type PriceChange =
  | { readonly kind: 'model-added' | 'model-removed'; readonly model: string }
  /** The newer list has prices for it of a form that is not known here. */
  | { readonly kind: 'unread'; readonly model: string; readonly why: string }
  | { readonly kind: 'added'; readonly model: string; readonly field: string; readonly to: PicoUsd }
  | { readonly kind: 'removed'; readonly model: string; readonly field: string; readonly from: PicoUsd }
  | {
      readonly kind: 'up' | 'down'
      readonly model: string
      readonly field: string
      readonly from: PicoUsd
      readonly to: PicoUsd
      /** Of the old price; undefined where that was zero. */
      readonly percent: number | undefined
    }

/** A text instead of prices says why they could not be read. */
type PriceList = ReadonlyMap<string, FlatPrices | string>

/** Keys of LiteLLM's map that are no models. */
const notModels: ReadonlySet<string> = new Set(['sample_spec', 'fallback_generalizations'])

function readLitellmMap(map: JsonObject): PriceList {
  const list = new Map<string, FlatPrices | string>()
  for (const [id, entry] of Object.entries(map)) if (isObject(entry) && !notModels.has(id)) list.set(id, pricesIn(entry))
  return list
}

function pricesIn(entry: JsonObject): FlatPrices | string {
  try {
    return readLitellmPrices(entry).flat
  } catch (error) {
    if (isGatewayError(error)) return error.message
    throw error
  }
}

function readFactLines(text: string): PriceList {
  const list = new Map<string, FlatPrices>()
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue
    const fact = parseJson(line)
    if (!isObject(fact)) throw fail('bad_request', `line ${index + 1} of the price list is not a JSON object`)
    const { id, flat } = readModelRow(fact)
    list.set(id, flat)
  }
  return list
}

/** LiteLLM's map is one JSON object of entries; model facts are one JSON object a line. */
function readPriceList(text: string): PriceList {
  const whole = parseJson(text)
  return isObject(whole) && !('id' in whole) ? readLitellmMap(whole) : readFactLines(text)
}

function compare(model: string, before: FlatPrices, after: FlatPrices): readonly PriceChange[] {
  const changes: PriceChange[] = []
  for (const field of [...new Set([...Object.keys(before), ...Object.keys(after)])].toSorted()) {
    const from = before[field]
    const to = after[field]
    if (from === to) continue
    if (from === undefined && to !== undefined) changes.push({ kind: 'added', model, field, to })
    else if (from !== undefined && to === undefined) changes.push({ kind: 'removed', model, field, from })
    else if (from !== undefined && to !== undefined) {
      const percent = from === 0 ? undefined : ((to - from) / from) * 100
      changes.push({ kind: to > from ? 'up' : 'down', model, field, from, to, percent })
    }
  }
  return changes
}

/** What a newer price list (model facts, one a line, or LiteLLM's price map) would change, by model. */
export function diffPrices(current: Catalog, text: string): readonly PriceChange[] {
  const after = readPriceList(text)
  const changes: PriceChange[] = []
  for (const model of [...new Set([...current.ids(), ...after.keys()])].toSorted()) {
    const facts = current.get(model)
    const prices = after.get(model)
    if (facts === undefined) changes.push({ kind: 'model-added', model })
    else if (prices === undefined) changes.push({ kind: 'model-removed', model })
    else if (typeof prices === 'string') changes.push({ kind: 'unread', model, why: prices })
    else changes.push(...compare(model, flattenPrices(facts.prices), prices))
  }
  return changes
}

const decimals = (value: number): string => value.toFixed(6).replace(/\.?0+$/, '')

/** Token rates as USD per million tokens, which is how providers print them; other units as USD each. */
function priceText(field: string, pico: PicoUsd): string {
  return isRateName(parsePriceKey(field).name) ? `$${decimals(pico / 1e6)}/M` : `$${decimals(pico / 1e12)}`
}

function cells(change: PriceChange): readonly string[] {
  switch (change.kind) {
    case 'model-added':
    case 'model-removed':
      return [change.kind, change.model, '', '', '', '']
    case 'unread':
      return [change.kind, change.model, change.why, '', '', '']
    case 'added':
      return [change.kind, change.model, change.field, '', priceText(change.field, change.to), '']
    case 'removed':
      return [change.kind, change.model, change.field, priceText(change.field, change.from), '', '']
    case 'up':
    case 'down': {
      const percent = change.percent === undefined ? '' : `${change.percent > 0 ? '+' : ''}${change.percent.toFixed(1)}%`
      return [
        change.kind,
        change.model,
        change.field,
        priceText(change.field, change.from),
        priceText(change.field, change.to),
        percent,
      ]
    }
  }
}

/** A table for a terminal, without colours. */
export function formatPriceChanges(changes: readonly PriceChange[]): string {
  if (changes.length === 0) return 'no price differs\n'
  const rows = [['change', 'model', 'price', 'from', 'to', 'percent'], ...changes.map(cells)]
  const widths = rows.reduce<readonly number[]>((most, row) => row.map((cell, at) => Math.max(cell.length, most[at] ?? 0)), [])
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, at) => cell.padEnd(widths[at] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('')
}
