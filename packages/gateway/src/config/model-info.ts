import type { JsonObject } from '@switchyard/wire'
import type { Context } from './context.ts'
import type { ModelInfo } from './config.ts'
import { defined } from './defined.ts'
import { isNothing, plainResolved, type Fields } from './fields.ts'
import { isFactorName, isPriceName } from './prices.ts'
import { settingOf } from './settings-table.ts'
import { kindOf, positionOf, type MapEntry } from './yaml-node.ts'
import { plainObjectOf } from './plain-object.ts'

const supportsPrefix = 'supports_'

export function readModelInfo(context: Context, fields: Fields<'model_info'>): ModelInfo {
  const supports: Record<string, boolean> = {}
  const rest: JsonObject = {}
  for (const entry of fields.entries.values()) {
    const { key, node } = entry
    const setting = settingOf('model_info', key)
    if (setting?.status === 'ignored') fields.warnNotServed(entry)
    if (setting !== undefined || isNothing(node) || isPriceName(key) || isFactorName(key) || settingOf('pricing', key)) continue
    if (key.startsWith(supportsPrefix)) {
      const value = readFlag(context, entry, fields.pathOf(key))
      if (value !== undefined) supports[key.slice(supportsPrefix.length)] = value
    } else {
      fields.warnSimilar(entry, ['model_info', 'pricing'], 'free field of model_info')
      rest[key] = plainResolved(context, node, fields.pathOf(key))
    }
  }
  return defined({
    mode: fields.text('mode'),
    baseModel: fields.text('base_model'),
    description: fields.text('description'),
    maxTokens: fields.integer('max_tokens', { min: 1 }),
    maxInputTokens: fields.integer('max_input_tokens', { min: 1 }),
    maxOutputTokens: fields.integer('max_output_tokens', { min: 1 }),
    supports,
    supportedEndpoints: fields.texts('supported_endpoints') ?? [],
    accessGroups: fields.texts('access_groups') ?? [],
    metadata: plainObjectOf(context, fields.map('metadata'), fields.pathOf('metadata')),
    rest,
  })
}

function readFlag(context: Context, { key, node }: MapEntry, path: string): boolean | undefined {
  if (node.kind === 'scalar' && typeof node.value === 'boolean') return node.value
  const got = node.kind === 'scalar' ? `"${node.text}"` : kindOf(node)
  context.diagnostics.error(positionOf(node), { path, message: `expected true or false, got ${got}`, hint: `write ${key}: true` })
  return undefined
}
