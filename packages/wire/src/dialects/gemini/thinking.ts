import type { Reasoning } from '../../hub.ts'
import { compact, type JsonObject } from '../../json.ts'
import type { Family } from './families.ts'

/** Effort words as tokens (native-wire facts §0.4, 2026-11-22). */
const budgets: Readonly<Record<string, number>> = { low: 1024, medium: 2048, high: 4096, xhigh: 8192, max: 16384 }
const minimalBudgets: Readonly<Record<Family['size'], number>> = { flash: 1, pro: 128, 'flash-lite': 512, other: 128 }

/** A budget up to this asks for little thinking, which a model with levels calls `low`. */
const lowBudget = 1024

/** The `thinkingConfig` (camelCase) for a wish that came from another dialect; undefined when there is nothing to say. */
export function thinkingFor(reasoning: Reasoning, family: Family, levels?: readonly string[]): JsonObject | undefined {
  if (family.thinking === 'none') return undefined
  // LiteLLM's users say `disable` as well.
  const off =
    reasoning.effort === 'none' || reasoning.effort === 'disable' || (reasoning.effort === undefined && reasoning.budget === 0)
  const includeThoughts = !off && reasoning.summary !== 'none'
  if (family.thinking === 'level') {
    return compact({ thinkingLevel: levelFor(reasoning, off, family, levels), includeThoughts })
  }
  return compact({ thinkingBudget: off ? 0 : (reasoning.budget ?? budgetFor(reasoning, family)), includeThoughts })
}

function budgetFor(reasoning: Reasoning, family: Family): number | undefined {
  if (reasoning.effort === undefined) return reasoning.adaptive ? -1 : undefined
  return reasoning.effort === 'minimal' ? minimalBudgets[family.size] : budgets[reasoning.effort]
}

function levelFor(reasoning: Reasoning, off: boolean, family: Family, levels?: readonly string[]): string | undefined {
  const lowest = levels?.includes('minimal') || (levels === undefined && family.size.startsWith('flash')) ? 'minimal' : 'low'
  if (off) return lowest
  switch (reasoning.effort) {
    case undefined:
      return reasoning.budget !== undefined && reasoning.budget <= lowBudget ? 'low' : undefined
    case 'minimal':
      return lowest
    case 'xhigh':
    case 'max':
      return 'high'
    default:
      return reasoning.effort
  }
}
