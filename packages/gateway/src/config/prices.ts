import type { PicoUsd } from '@switchyard/wire'
import type { Context } from './context.ts'
import type { PriceOverrides, PriceTier } from './config.ts'
import { defined } from './defined.ts'
import { isNothing, type Fields } from './fields.ts'
import { readNumber } from './read-number.ts'
import { factorNames, priceNames, type FactorName, type PriceName } from './settings-table.ts'
import { kindOf, positionOf, type MapEntry, type YamlNode } from './yaml-node.ts'

const prices: ReadonlySet<string> = new Set(priceNames)
const factors: ReadonlySet<string> = new Set(factorNames)
export const isPriceName = (name: string): name is PriceName => prices.has(name)
export const isFactorName = (name: string): name is FactorName => factors.has(name)

const picoPerUsd = 1e12
/** A price above this is no safe integer in pico-USD. */
const dearestUsd = 9000

type PriceFields = Fields<'litellm_params'> | Fields<'model_info'>
type PerUnit = Partial<Record<PriceName, PicoUsd>>

/** The price overrides of one deployment; litellm_params win over model_info. */
export function readPrices(context: Context, info: PriceFields, params: PriceFields): PriceOverrides {
  const perUnitPico: PerUnit = {}
  const factorValues: Partial<Record<FactorName, number>> = {}
  let searchContextPico: Readonly<Record<string, PicoUsd>> = {}
  let tiers: readonly PriceTier[] = []
  for (const fields of [info, params])
    for (const { key, node } of fields.entries.values()) {
      if (isNothing(node)) continue
      const path = fields.pathOf(key)
      if (isPriceName(key)) Object.assign(perUnitPico, defined({ [key]: readPrice(context, node, path, key) }))
      else if (isFactorName(key)) Object.assign(factorValues, defined({ [key]: readNumber(context, node, { path, name: key }) }))
      else if (key === 'search_context_cost_per_query') searchContextPico = readPriceMap(context, node, path)
      else if (key === 'tiered_pricing') tiers = readTiers(context, node, path)
    }
  return { perUnitPico, factors: factorValues, searchContextPico, tiers }
}

function readPrice(context: Context, node: YamlNode, path: string, name: string): PicoUsd | undefined {
  const usd = readNumber(context, node, { path, name }, { max: dearestUsd })
  return usd === undefined ? undefined : Math.round(usd * picoPerUsd)
}

function readPriceMap(context: Context, node: YamlNode, path: string): Readonly<Record<string, PicoUsd>> {
  if (node.kind !== 'map') {
    context.diagnostics.error(positionOf(node), {
      path,
      message: `expected a mapping, got ${kindOf(node)}`,
      hint: 'write size: price',
    })
    return {}
  }
  const out: Record<string, PicoUsd> = {}
  for (const entry of node.entries.values()) {
    const pico = readPrice(context, entry.node, `${path}.${entry.key}`, entry.key)
    if (pico !== undefined) out[entry.key] = pico
  }
  return out
}

function readTiers(context: Context, node: YamlNode, path: string): readonly PriceTier[] {
  if (node.kind !== 'list') {
    const hint = 'write - {range: [0, 32000], input_cost_per_token: 0.000001}'
    context.diagnostics.error(positionOf(node), { path, message: `expected a list, got ${kindOf(node)}`, hint })
    return []
  }
  return node.items.flatMap((item) => readTier(context, item.node, `${path}[${item.index}]`) ?? [])
}

function readTier(context: Context, node: YamlNode, path: string): PriceTier | undefined {
  const entries: ReadonlyMap<string, MapEntry> = node.kind === 'map' ? node.entries : new Map()
  const range = entries.get('range')?.node
  const bounds = range?.kind === 'list' ? range.items.map((item) => readNumber(context, item.node, { path, name: 'range' })) : []
  const [fromTokens, toTokens] = bounds
  if (bounds.length !== 2 || fromTokens === undefined || toTokens === undefined) {
    const hint = 'write range: [0, 32000], the tokens of the prompt'
    context.diagnostics.error(positionOf(node), { path, message: 'a tier needs a range of two numbers', hint })
    return undefined
  }
  const perUnitPico: PerUnit = {}
  for (const { key, node: value } of entries.values()) {
    if (isPriceName(key)) Object.assign(perUnitPico, defined({ [key]: readPrice(context, value, `${path}.${key}`, key) }))
  }
  return { fromTokens, toTokens, perUnitPico }
}
